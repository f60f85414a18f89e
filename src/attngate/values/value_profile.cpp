#include "attngate/values/value_profile.h"

#include <cmath>

#include "attngate/values/case_values.h"

namespace attngate {
namespace {

/// 2^-10, a thousandth: odd integers in [-255, 255] * 2^-17 are exact in fp16, whose smallest number is 2^-24.
constexpr float tiny_factor = 1.0f / 1024;
constexpr float large_factor = 8;
constexpr float outlier_factor = 32;

/// What the opposed biases alone take from every logit: bias^2 * head_dim / sqrt(head_dim).
///
/// The random part of the logits, 1.2 * bias in standard deviation and more at small head_dim, must not bring a row's
/// log-sum-exp back above -88, where exp() begins to underflow in fp32. With 140, of 1,200 rows of 200 keys per head,
/// none did from head_dim 8 up, and less than 8 % at 1, 2 and 4. More would only cost bf16 its digits.
constexpr double opposed_logit = 140;

/// The least number of four significant bits whose square times sqrt(head_dim) is opposed_logit or more: exact in every
/// dtype, and at most an eighth above what is wanted.
float opposed_bias(std::int64_t head_dim) {
  const double wanted = std::sqrt(opposed_logit / std::sqrt(static_cast<double>(head_dim)));
  const double step = std::exp2(std::floor(std::log2(wanted)) - 3);
  return static_cast<float>(std::ceil(wanted / step) * step);
}

}  // namespace

ProfileNumbers profile_numbers(const AttentionCase& attention_case) {
  switch (attention_case.values) {
    case ValueProfile::normal:
      return {};
    case ValueProfile::tiny:
      return {.token_factor = tiny_factor};
    case ValueProfile::large:
      return {.token_factor = large_factor};
    case ValueProfile::outlier:
      return {.outlier_factor = outlier_factor};
    case ValueProfile::negative_logits:
      return {.opposed_bias = opposed_bias(attention_case.head_dim)};
  }
  throw CaseError("values: no such enumerator");
}

std::int64_t outlier_channel(const AttentionCase& attention_case) {
  const PhiloxBlock block = value_block(attention_case.seed, TensorKey::outlier_channel, 0, 0, 0);
  return static_cast<std::int64_t>(block.word[0]) % attention_case.embed_dim();
}

}  // namespace attngate
