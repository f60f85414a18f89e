#include <array>

#include "attngate/properties/metamorphic.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/seeded_draw.h"
#include "attngate/values/sequences.h"

namespace attngate {
namespace {

/// The same case in the plainest form.
AttentionCase plain_form(AttentionCase attention_case) {
  attention_case.layout = StorageLayout::packed;
  attention_case.nested = NestedForm::view;
  attention_case.storage_offset = attention_case.parameter_offset = 0;
  return attention_case;
}

std::vector<Variant> variants(const CaseInputs& base) {
  ValueKeys keys;
  if (base.attention_case().layout == StorageLayout::expanded) {
    keys.sequence.assign(base.attention_case().lengths.size(), 0);  // there, every sequence has the values of the first
  }
  return {{.relation = "the same values in the plainest form of storage: every row as before",
           .inputs = CaseInputs(plain_form(base.attention_case()), base.device(), keys),
           .from_base = same_rows,
           .bitwise = true,
           .keeps_truth = true}};
}

/// Gives a case that is in the plainest form another one.
AttentionCase in_another_form(AttentionCase attention_case) {
  if (plain_form(attention_case) != attention_case) return attention_case;
  SeededDraw draw(attention_case, "storage_layout");
  constexpr std::array layouts = {StorageLayout::transposed, StorageLayout::sliced};
  constexpr std::array forms = {NestedForm::gaps, NestedForm::list};
  attention_case.layout = draw.one_of(layouts);
  attention_case.nested = draw.one_of(forms);
  attention_case.storage_offset = draw.below(CaseRange::max_storage_offset + 1);
  attention_case.parameter_offset = draw.below(CaseRange::max_storage_offset + 1);
  return attention_case;
}

}  // namespace

Property storage_layout_property() {
  return metamorphic_property(
      {.name = "storage_layout",
       .summary = "how the inputs lie in memory changes nothing, and nothing is written to them",
       .adapt = in_another_form,
       .why_not = [](const AttentionCase& attention_case) -> std::string {
         return plain_form(attention_case) == attention_case ? "storage_layout needs a layout, nested form or offset"
                                                             : "";
       },
       .variants = variants,
       .guards_inputs = true});
}

}  // namespace attngate
