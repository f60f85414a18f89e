#include "attngate/properties/metamorphic.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/seeded_draw.h"
#include "attngate/values/sequences.h"

namespace attngate {
namespace {

std::vector<Variant> variants(const CaseInputs& base) {
  const AttentionCase& attention_case = base.attention_case();
  const std::vector<std::int64_t> first = first_rows(attention_case);
  SeededDraw draw(attention_case, "token_permutation");
  ValueKeys keys;
  std::vector<std::int64_t> sources;
  for (std::size_t sequence = 0; sequence < attention_case.lengths.size(); ++sequence) {
    for (const std::int64_t token : draw.permutation(attention_case.lengths[sequence])) {
      keys.token.push_back(static_cast<std::int32_t>(token));
      sources.push_back(first[sequence] + token);
    }
  }
  return {{.relation = "tokens permuted within their sequences: rows move with them",
           .inputs = CaseInputs(attention_case, base.device(), keys),
           .from_base = gather_rows(sources, base.device()),
           .keeps_truth = true}};
}

bool goes_by_position(MaskKind mask) { return mask != MaskKind::padding && mask != MaskKind::none; }

AttentionCase without_positions(AttentionCase attention_case) {
  if (goes_by_position(attention_case.mask)) attention_case.mask = MaskKind::padding;
  if (attention_case.layout == StorageLayout::expanded) attention_case.layout = StorageLayout::packed;
  return attention_case;
}

std::string why_not(const AttentionCase& attention_case) {
  if (goes_by_position(attention_case.mask))
    return "token_permutation needs mask=padding or none: others go by position";
  if (attention_case.layout == StorageLayout::expanded) return "layout=expanded: all sequences are the same one";
  if (attention_case.max_length() < 2) return "token_permutation needs two tokens";
  return "";
}

}  // namespace

Property token_permutation_property() {
  return metamorphic_property({.name = "token_permutation",
                               .summary = "attention knows no order: permuted tokens give permuted rows",
                               .adapt = without_positions,
                               .why_not = why_not,
                               .variants = variants});
}

}  // namespace attngate
