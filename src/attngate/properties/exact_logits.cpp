#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "attngate/oracle/tolerance.h"
#include "attngate/properties/metamorphic.h"
#include "attngate/properties/parameters.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/seeded_draw.h"
#include "attngate/values/case_values.h"

// The batch holds two tokens only, `common` and `rare`. Each head favours one of them: its values are 0 there, and the
// attention is what the other one adds,
//
//     n_other e^-gap / (n_favoured + n_other e^-gap) * value.
//
// So everything that moves e^-gap shows in full, not as a small part of a large output: a scale that is wrong by s
// changes the output by gap * s, one key more or less among n_other by 1/n_other, and a leaked key by far more. All
// numbers up to the logits are exact in bf16 (below), and no sum cancels, so every element is right within a few
// roundings of its own size.

namespace attngate {
namespace {

/// Keys of the two tokens' values.
enum TokenKey : std::int32_t { common = 0, rare = 1 };

/// 64 times the difference of two tokens is far from fp16's end even for padded tokens of 512, and keeps an attention
/// of e^-gap / length above its subnormal numbers.
constexpr float value_factor = 64;

/// The same for logits of padded keys: a query of 32 * sqrt(head_dim) meets keys of at most 512 + 2.
constexpr double largest_scaled_query = 32;

/// The largest gap between the logits of the two tokens; each head has half of it or more.
///
/// bf16: a scale wrong by 0.5 % then changes the output by 8 to 16 %. fp16 rounds eight times finer, but e^-gap /
/// length, the smallest probability, has to stay above its smallest normal number 2^-14. fp32 sees everything; a small
/// gap keeps the argument of the exponential small, and with it that one's rounding.
double largest_gap(const AttentionCase& attention_case) {
  switch (attention_case.dtype) {
    case DType::bf16:
      return 32;
    case DType::fp16:
      return std::min(8.0, std::log(std::ldexp(1.0, 14) / static_cast<double>(attention_case.max_length())));
    case DType::fp32:
      return 4;
  }
  throw CaseError("dtype: not one of fp16, bf16, fp32");
}

/// Roundings to the dtype that follow the logits: the weights, their sum, their product with the values, the output.
constexpr double roundings = 4;

/// What stays in fp32 rounds to 2^-24: the exponential's argument twice per unit of its size (times log2(e), minus the
/// largest), the sum of weights once per key, and the exponential by up to 20 in LibTorch's vectorised one (exp_u20).
double fp32_roundings(const AttentionCase& attention_case) {
  return 2 * largest_gap(attention_case) + static_cast<double>(attention_case.max_length()) + 20;
}

/// Elements that are 0 have to be 0: far below what e^-gap / length leaves of any other, and no 0 / 0.
constexpr double no_output = 1e-30;

/// In parts of an element's own size.
at::Tensor allowance(const at::Tensor& reference, const CaseInputs& inputs) {
  const AttentionCase& attention_case = inputs.attention_case();
  const double relative =
      roundings * tolerance_rule(attention_case.dtype).unit_roundoff + fp32_roundings(attention_case) * 0x1p-24;
  return reference.abs().mul(relative).add(no_output);
}

/// The channels of one token: odd integers in [-255, 255] / 128, as CaseInputs fills them.
std::vector<float> token_of(const AttentionCase& attention_case, TokenKey key) {
  std::vector<float> channels;
  PhiloxBlock block{};
  for (std::int64_t channel = 0; channel < attention_case.embed_dim(); ++channel) {
    const auto lane = static_cast<int>(channel % channels_per_block);
    if (lane == 0) {
      block = value_block(attention_case.seed, TensorKey::tokens, /*sequence=*/0, static_cast<std::uint32_t>(key),
                          static_cast<std::uint32_t>(channel / channels_per_block));
    }
    channels.push_back(static_cast<float>(odd_integer(block, lane)) * token_scale);
  }
  return channels;
}

/// The query of a head: 0 but for one channel, where it is a power of two that sets the other token's logit to -gap,
/// gap between largest_gap / 2 and largest_gap. The key there has eight significant bits, hence the logit too.
struct HeadQuery {
  std::int64_t channel = 0;
  float value = 0;
};

HeadQuery query_of_head(const AttentionCase& attention_case, std::int64_t head, const std::vector<float>& other_keys) {
  const std::int64_t first = head * attention_case.head_dim;
  const auto begin = other_keys.begin() + first;
  const auto largest = std::max_element(begin, begin + attention_case.head_dim,
                                        [](float a, float b) { return std::abs(a) < std::abs(b); });
  if (*largest == 0) return {first, 0};  // both tokens are the same there
  const double root = std::sqrt(static_cast<double>(attention_case.head_dim));
  const double wanted = largest_gap(attention_case) / std::abs(*largest);
  const double scaled = std::exp2(std::floor(std::log2(std::min(wanted, largest_scaled_query))));
  return {largest - other_keys.begin(), static_cast<float>(std::copysign(scaled * root, -*largest))};
}

/// Biases that make queries constant and take the favoured token off every key and value.
///
/// Both tokens are odd integers / 128, so their difference is an even one of at most 510: eight significant bits.
std::vector<float> in_proj_bias(const AttentionCase& attention_case) {
  const std::array<std::vector<float>, 2> tokens = {token_of(attention_case, common), token_of(attention_case, rare)};
  const std::int64_t embed_dim = attention_case.embed_dim();
  std::vector<float> bias(static_cast<std::size_t>(3 * embed_dim), 0.0f), other_keys;
  for (std::int64_t channel = 0; channel < embed_dim; ++channel) {
    const auto at = static_cast<std::size_t>(channel);
    const auto favoured = static_cast<std::size_t>(channel / attention_case.head_dim % 2);
    bias[static_cast<std::size_t>(embed_dim) + at] = -tokens[favoured][at];
    bias[static_cast<std::size_t>(2 * embed_dim) + at] = -value_factor * tokens[favoured][at];
    other_keys.push_back(tokens[1 - favoured][at] - tokens[favoured][at]);
  }
  for (std::int64_t head = 0; head < attention_case.num_heads; ++head) {
    const HeadQuery query = query_of_head(attention_case, head, other_keys);
    bias[static_cast<std::size_t>(query.channel)] = query.value;
  }
  return bias;
}

MhaParameters parameters_of(const CaseInputs& base) {
  const std::int64_t embed_dim = base.attention_case().embed_dim();
  const auto options = base.parameters().in_proj_weight.options();
  MhaParameters parameters = base.parameters();
  parameters.in_proj_weight = at::zeros({3 * embed_dim, embed_dim}, options);
  projection_of(parameters.in_proj_weight, Projection::key).fill_diagonal_(1);
  projection_of(parameters.in_proj_weight, Projection::value).fill_diagonal_(value_factor);
  const std::vector<float> bias = in_proj_bias(base.attention_case());
  const at::Tensor host =
      at::empty({3 * embed_dim}, at::TensorOptions(at::kFloat).pinned_memory(base.device().is_cuda()));
  std::ranges::copy(bias, host.data_ptr<float>());
  parameters.in_proj_bias = host.to(base.device(), /*non_blocking=*/true).to(options.dtype());
  parameters.out_proj_weight = at::zeros({embed_dim, embed_dim}, options).fill_diagonal_(1);
  parameters.out_proj_bias = at::zeros({embed_dim}, options);
  return parameters;
}

/// The rare token comes first, last and once in between, so that keys lost at either end are missed whatever the
/// length.
ValueKeys two_tokens(const AttentionCase& attention_case) {
  SeededDraw draw(attention_case, "exact_logits");
  ValueKeys keys;
  keys.sequence.assign(attention_case.lengths.size(), 0);
  for (const std::int64_t length : attention_case.lengths) {
    const std::size_t first = keys.token.size();
    keys.token.resize(first + static_cast<std::size_t>(length), common);
    if (length == 0) continue;
    keys.token.back() = rare;
    if (length < 3) continue;
    keys.token[first] = rare;
    keys.token[first + static_cast<std::size_t>(1 + draw.below(length - 2))] = rare;
  }
  return keys;
}

std::vector<Variant> variants(const CaseInputs& base) {
  return {{.relation = "two tokens with exact logits, the favoured one's values 0",
           .inputs = base.with_parameters(parameters_of(base)),
           .allowance = allowance}};
}

/// The scale 1/sqrt(head_dim) is exact for these, and so is its root, by which SDPA's math backend multiplies queries
/// and keys.
constexpr std::array<std::int64_t, 3> exact_head_dims = {1, 16, 256};

std::int64_t exact_head_dim(std::int64_t head_dim) { return head_dim < 4 ? 1 : head_dim < 192 ? 16 : 256; }

/// Queries are scaled up until the gap between two tokens is 16 and more: a logit against padding of content c is then
/// 16 c / 2^-6 at most, and beyond 65504 it overflows in fp16 (seen with 1024 on an H200).
std::int64_t most_padding_content(DType dtype) { return dtype == DType::fp16 ? 0 : CaseRange::max_padding_content; }

AttentionCase exact_case(AttentionCase attention_case) {
  attention_case.head_dim = exact_head_dim(attention_case.head_dim);
  attention_case.values = ValueProfile::normal;
  attention_case.padding_content = std::min(attention_case.padding_content, most_padding_content(attention_case.dtype));
  if (attention_case.layout == StorageLayout::expanded) attention_case.layout = StorageLayout::packed;
  return attention_case;
}

std::string why_not(const AttentionCase& attention_case) {
  if (std::ranges::count(exact_head_dims, attention_case.head_dim) == 0)
    return "exact_logits needs head_dim 1, 16 or 256";
  if (attention_case.values != ValueProfile::normal) return "exact_logits needs values=normal";
  if (attention_case.padding_content > most_padding_content(attention_case.dtype)) {
    return "exact_logits needs padding_content=0 in fp16: its logits would overflow";
  }
  if (attention_case.layout == StorageLayout::expanded) return "layout=expanded: all sequences are the same one";
  if (attention_case.max_length() < 2) return "exact_logits needs two tokens";
  if (largest_gap(attention_case) < 1)
    return "exact_logits needs shorter sequences: probabilities are subnormal in fp16";
  return "";
}

}  // namespace

Property exact_logits_property() {
  return metamorphic_property(
      {.name = "exact_logits",
       .summary = "with exact logits far apart, small errors of scale, masks and lengths show in any dtype",
       .adapt = exact_case,
       .why_not = why_not,
       .variants = variants,
       .keys = two_tokens});
}

}  // namespace attngate
