#include <ATen/ops/index_select.h>

#include <algorithm>

#include "attngate/properties/metamorphic.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/seeded_draw.h"
#include "attngate/values/sequences.h"

namespace attngate {
namespace {

/// Channels of the heads in their new order: [embed_dim].
std::vector<std::int64_t> channels_of(const std::vector<std::int64_t>& heads, std::int64_t head_dim) {
  std::vector<std::int64_t> channels;
  for (const std::int64_t head : heads) {
    for (std::int64_t channel = 0; channel < head_dim; ++channel) channels.push_back(head * head_dim + channel);
  }
  return channels;
}

/// The same channels of query, key and value: [3 * embed_dim].
std::vector<std::int64_t> in_proj_rows_of(const std::vector<std::int64_t>& channels) {
  const auto embed_dim = static_cast<std::int64_t>(channels.size());
  std::vector<std::int64_t> rows;
  for (std::int64_t projection = 0; projection < 3; ++projection) {
    for (const std::int64_t channel : channels) rows.push_back(projection * embed_dim + channel);
  }
  return rows;
}

std::vector<Variant> variants(const CaseInputs& base) {
  const AttentionCase& attention_case = base.attention_case();
  std::vector<std::int64_t> heads =
      SeededDraw(attention_case, "head_permutation").permutation(attention_case.num_heads);
  // The order as it was would show nothing.
  if (std::ranges::is_sorted(heads)) std::ranges::rotate(heads, heads.begin() + 1);
  const std::vector<std::int64_t> channels = channels_of(heads, attention_case.head_dim);
  const at::Tensor columns = row_numbers(channels, base.device());
  const at::Tensor rows = row_numbers(in_proj_rows_of(channels), base.device());
  MhaParameters parameters = base.parameters();
  parameters.in_proj_weight = at::index_select(parameters.in_proj_weight, 0, rows);
  parameters.in_proj_bias = at::index_select(parameters.in_proj_bias, 0, rows);
  parameters.out_proj_weight = at::index_select(parameters.out_proj_weight, 1, columns);
  return {{.relation = "heads permuted in all projections: every row as before",
           .inputs = base.with_parameters(std::move(parameters)),
           .from_base = same_rows,
           .keeps_truth = true}};
}

/// A single head is cut in two, where it has the channels: the parameters stay as large as they are.
AttentionCase two_or_more_heads(AttentionCase attention_case) {
  if (attention_case.mask == MaskKind::four_d) attention_case.mask = MaskKind::padding;
  if (attention_case.num_heads > 1) return attention_case;
  attention_case.num_heads = 2;
  if (attention_case.head_dim % 2 == 0) attention_case.head_dim /= 2;
  return attention_case;
}

std::string why_not(const AttentionCase& attention_case) {
  if (attention_case.num_heads < 2) return "head_permutation needs two heads";
  if (attention_case.mask == MaskKind::four_d) return "mask=4d: each head has its own mask";
  return "";
}

}  // namespace

Property head_permutation_property() {
  return metamorphic_property({.name = "head_permutation",
                               .summary = "the order of the heads in the projections does not matter",
                               .adapt = two_or_more_heads,
                               .why_not = why_not,
                               .variants = variants});
}

}  // namespace attngate
