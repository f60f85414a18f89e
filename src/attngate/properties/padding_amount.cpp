#include "attngate/properties/metamorphic.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/seeded_draw.h"

namespace attngate {
namespace {

/// Up to 40 more columns: past the next multiple of 8, 16 or 32, where kernels change tiles.
constexpr std::int64_t most_columns = 40;

std::vector<Variant> variants(const CaseInputs& base) {
  AttentionCase wider = base.attention_case();
  const std::int64_t columns = 1 + SeededDraw(wider, "padding_amount").below(most_columns);
  wider.extra_padding += columns;
  return {{.relation = std::to_string(columns) + " more padded columns: every valid row as before",
           .inputs = CaseInputs(wider, base.device()),
           .from_base = same_rows,
           .keeps_truth = true}};
}

AttentionCase with_mask(AttentionCase attention_case) {
  if (attention_case.mask == MaskKind::none) attention_case.mask = MaskKind::padding;
  return attention_case;
}

std::string why_not(const AttentionCase& attention_case) {
  if (attention_case.mask == MaskKind::none) return "padding_amount needs a mask to hide the padding";
  if (attention_case.extra_padding + most_columns > CaseRange::max_extra_padding)
    return "extra_padding is at its limit";
  return "";
}

}  // namespace

Property padding_amount_property() {
  return metamorphic_property({.name = "padding_amount",
                               .summary = "more padded columns change nothing in valid rows",
                               .adapt = with_mask,
                               .why_not = why_not,
                               .variants = variants});
}

}  // namespace attngate
