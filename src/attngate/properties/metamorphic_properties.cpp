#include "attngate/properties/metamorphic_properties.h"

namespace attngate {

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

}  // namespace attngate
