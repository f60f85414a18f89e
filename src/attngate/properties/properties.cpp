#include <algorithm>

#include "attngate/properties/agreement.h"
#include "attngate/properties/guarded_memory.h"
#include "attngate/properties/known_issues.h"
#include "attngate/properties/metamorphic_properties.h"
#include "attngate/properties/status.h"
#include "attngate/properties/weights.h"

namespace attngate {

const std::vector<Property>& properties() {
  static const std::vector<Property> all = {
      agreement_property(),        agreement_math_property(),    agreement_cudnn_property(), agreement_large_property(),
      status_property(),
      weights_property(),          guarded_memory_property(),    known_issues_property(),      rerun_property(),           storage_layout_property(),
      padding_content_property(),  padding_amount_property(),    batch_permutation_property(),
      batch_split_property(),      token_permutation_property(), head_permutation_property(), causal_property(),
      value_scaling_property(),    value_shift_property(),       constant_value_property(),
      uniform_attention_property(), convex_hull_property(),      single_token_property(),    exact_logits_property()};
  return all;
}

const Property* find_property(const std::string& name) {
  const auto found = std::ranges::find(properties(), name, &Property::name);
  return found == properties().end() ? nullptr : &*found;
}

std::string property_names() {
  std::string names;
  for (const Property& property : properties()) names += (names.empty() ? "" : ", ") + property.name;
  return names;
}

}  // namespace attngate
