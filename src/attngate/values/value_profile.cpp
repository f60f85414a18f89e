#include "attngate/values/value_profile.h"

#include <cmath>

#include "attngate/values/case_values.h"

namespace attngate {
namespace {

/// 2^-10, a thousandth: odd integers in [-255, 255] * 2^-17 are exact in fp16, whose smallest number is 2^-24.
constexpr float tiny_factor = 1.0f / 1024;
constexpr float large_factor = 8;
constexpr float outlier_factor = 32;

/// What the opposed biases alone make of a logit: -bias^2 * head_dim / sqrt(head_dim).
///
/// At least -128, which is 88 (exp() of less underflows in fp32) and room for the random part of the logits.
constexpr double opposed_logit = 128;

/// The least of 1, 1.5, 2, 3, 4, 6, 8, ... whose square times sqrt(head_dim) is opposed_logit or more: two significant
/// bits, exact in every dtype.
float opposed_bias(std::int64_t head_dim) {
  const double wanted = std::sqrt(opposed_logit / std::sqrt(static_cast<double>(head_dim)));
  double power = 1;
  while (2 * power < wanted) power *= 2;
  return static_cast<float>(power >= wanted ? power : 1.5 * power >= wanted ? 1.5 * power : 2 * power);
}

}  // namespace

ProfileNumbers profile_numbers(const AttentionCase& attention_case) {
  switch (attention_case.values) {
    case ValueProfile::normal: return {};
    case ValueProfile::tiny: return {.token_factor = tiny_factor};
    case ValueProfile::large: return {.token_factor = large_factor};
    case ValueProfile::outlier: return {.outlier_factor = outlier_factor};
    case ValueProfile::negative_logits: return {.opposed_bias = opposed_bias(attention_case.head_dim)};
  }
  throw CaseError("values: no such enumerator");
}

std::int64_t outlier_channel(const AttentionCase& attention_case) {
  const PhiloxBlock block = value_block(attention_case.seed, TensorKey::outlier_channel, 0, 0, 0);
  return static_cast<std::int64_t>(block.word[0]) % attention_case.embed_dim();
}

}  // namespace attngate
