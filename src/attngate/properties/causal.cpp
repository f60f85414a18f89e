#include <algorithm>

#include "attngate/properties/metamorphic.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/seeded_draw.h"
#include "attngate/values/sequences.h"

namespace attngate {
namespace {

std::vector<Variant> variants(const CaseInputs& base) {
  AttentionCase cut = base.attention_case();
  const std::vector<std::int64_t> first = first_rows(cut);
  SeededDraw draw(cut, "causal");
  std::vector<std::int64_t> sources;
  for (std::size_t sequence = 0; sequence < cut.lengths.size(); ++sequence) {
    std::int64_t& length = cut.lengths[sequence];
    if (length > 1) length = 1 + draw.below(length - 1);
    for (std::int64_t token = 0; token < length; ++token) sources.push_back(first[sequence] + token);
  }
  return {{.relation = "sequences cut short: rows of the tokens that are left as before",
           .inputs = CaseInputs(cut, base.device()),
           .from_base = gather_rows(sources, base.device()),
           .keeps_truth = true}};
}

AttentionCase causal_case(AttentionCase attention_case) {
  attention_case.mask = MaskKind::causal;
  if (attention_case.layout == StorageLayout::expanded) attention_case.layout = StorageLayout::packed;
  return attention_case;
}

std::string why_not(const AttentionCase& attention_case) {
  if (attention_case.mask != MaskKind::causal) return "causal needs mask=causal";
  if (attention_case.layout == StorageLayout::expanded) return "layout=expanded: cut sequences have different lengths";
  if (attention_case.max_length() < 2) return "causal needs two tokens";
  return "";
}

}  // namespace

Property causal_property() {
  return metamorphic_property(
      {.name = "causal",
       .summary = "under a causal mask, what comes later does not matter: prefixes give the same rows",
       .adapt = causal_case,
       .why_not = why_not,
       .variants = variants});
}

}  // namespace attngate
