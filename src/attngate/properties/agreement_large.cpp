#include <fmt/format.h>

#include <array>

#include "attngate/case/cost.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/verdict_of.h"
#include "attngate/values/device_memory.h"

namespace attngate {
namespace {

/// Scores [batch, num_heads, length, length] of 8 * 16 * 4097^2 elements, 1.0002 times 2^31.
void cross_with_scores(AttentionCase& c) {
  c.num_heads = 16;
  c.head_dim = 64;
  const auto shorter = static_cast<std::int64_t>(1 + c.seed % 4096);
  c.lengths = {shorter, 4097, 1, 2, 33, shorter / 2 + 1, 64, 129};
}

/// Packed projections [tokens, 3 * embed_dim] of 64 * 10923 * 3072 elements, 1.00001 times 2^31. Long rows and short
/// sequences, so that the scores stay small.
void cross_with_projections(AttentionCase& c) {
  c.num_heads = 4;
  c.head_dim = 256;
  c.lengths.assign(10923, 64);
}

/// 9000 * 8 pairs of sequence and head: more than the 65535 blocks that the y and z axes of a grid have (PyTorch issue
/// 142228).
void cross_with_batch(AttentionCase& c) {
  c.num_heads = 8;
  c.head_dim = 16;
  c.lengths.assign(9000, 3);
  for (std::size_t sequence = 0; sequence < c.lengths.size(); sequence += 7) c.lengths[sequence] = 2;
}

AttentionCase for_large(AttentionCase attention_case) {
  constexpr std::array shapes{cross_with_scores, cross_with_projections, cross_with_batch};
  AttentionCase large;
  large.dtype = attention_case.dtype;
  large.seed = attention_case.seed;
  shapes[static_cast<std::size_t>(attention_case.seed % shapes.size())](large);
  return large;
}

/// Bytes of device memory that a case needs at once.
///
/// Scores: logits, their scaled copy and the probabilities in fp64 (3), the same of the plain formula and of an unfused
/// path at up to half that width each (3): 6. Rows: input, packed projection, heads, their contiguous copies and output
/// take up to twice the 5 that cost_of() counts, in fp64, and as much again over plain formula and paths: 3.
double bytes_needed(const AttentionCase& attention_case) {
  const auto tokens = static_cast<double>(attention_case.batch_size() * attention_case.padded_length());
  const double rows = 8 * 5 * tokens * static_cast<double>(attention_case.embed_dim());
  const double scores = cost_of(attention_case).bytes - rows;
  return 6 * scores + 3 * rows;
}

Verdict too_large(const AttentionCase& attention_case, double free_bytes) {
  constexpr double gib = 1024.0 * 1024 * 1024;
  return not_applicable(fmt::format("the case needs {:.0f} GiB of device memory, {:.0f} GiB are free",
                                    bytes_needed(attention_case) / gib, free_bytes / gib));
}

}  // namespace

Property agreement_large_property() {
  return {.name = "agreement_large",
          .summary = "all paths agree on tensors of more than 2^31 elements (where the memory is there)",
          .exists = [](DType, at::DeviceType device) { return device == at::kCUDA; },
          .adapt = for_large,
          .bind = [](const PropertyContext& context) -> PropertyCheck {
            return [check = agreement_property().bind(context), device = context.device](const AttentionCase& c) {
              const auto free_bytes = static_cast<double>(free_device_memory(device));
              return bytes_needed(c) > free_bytes ? too_large(c, free_bytes) : check(c);
            };
          }};
}

}  // namespace attngate
