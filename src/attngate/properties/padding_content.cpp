#include "attngate/properties/metamorphic.h"
#include "attngate/properties/property_list.h"
#include "attngate/values/sequences.h"

namespace attngate {
namespace {

/// What the padding is rewritten with: 512 is the most that fp16 bears (docs/oracle.md), and exact in every dtype.
constexpr std::int64_t content = 512, other_content = 128;

std::vector<Variant> variants(const CaseInputs& base) {
  AttentionCase rewritten = base.attention_case();
  rewritten.padding_content = rewritten.padding_content == content ? other_content : content;
  ValueKeys keys;
  keys.padding_seed = 1;
  return {{.relation = "padded positions rewritten: every valid row as before",
           .inputs = CaseInputs(rewritten, base.device(), keys),
           .from_base = same_rows,
           .bitwise = true,
           .keeps_truth = true}};
}

AttentionCase with_padding(AttentionCase attention_case) {
  if (attention_case.mask == MaskKind::none) attention_case.mask = MaskKind::padding;
  if (!has_padding(attention_case)) attention_case.extra_padding = 1;
  return attention_case;
}

}  // namespace

Property padding_content_property() {
  return metamorphic_property({.name = "padding_content",
                               .summary = "what stands in padded positions does not reach valid rows",
                               .adapt = with_padding,
                               .why_not = [](const AttentionCase& attention_case) -> std::string {
                                 return has_padding(attention_case) ? "" : "padding_content needs padded positions";
                               },
                               .variants = variants});
}

}  // namespace attngate
