#include <algorithm>

#include "attngate/base/joined.h"
#include "attngate/properties/property_list.h"

namespace attngate {

const std::vector<Property>& properties() {
  static const std::vector<Property> all = [] {
    std::vector<Property> list = {agreement_property(),
                                  agreement_math_property(),
                                  agreement_cudnn_property(),
                                  agreement_large_property(),
                                  agreement_compiled_property(),
                                  agreement_graphed_property(),
                                  status_property(),
                                  weights_property(),
                                  guarded_memory_property(),
                                  known_issues_property()};
    for (Property& property : metamorphic_properties()) list.push_back(std::move(property));
    return list;
  }();
  return all;
}

std::vector<Property> metamorphic_properties() {
  return {exact_logits_property(),     uniform_attention_property(),
          constant_value_property(),   convex_hull_property(),
          single_token_property(),     rerun_property(),
          storage_layout_property(),   padding_content_property(),
          padding_amount_property(),   batch_permutation_property(),
          batch_split_property(),      token_permutation_property(),
          head_permutation_property(), causal_property(),
          value_scaling_property(),    value_shift_property()};
}

const Property* find_property(const std::string& name) {
  const auto found = std::ranges::find(properties(), name, &Property::name);
  return found == properties().end() ? nullptr : &*found;
}

std::string property_names() { return joined(properties(), ", ", &Property::name); }

}  // namespace attngate
