#include "attngate/properties/property_list.h"

namespace attngate {
namespace {

/// The families of add_graphed_paths(); named, since such paths take part nowhere else.
PropertyCheck bind_graphed(PropertyContext context) {
  if (context.only.empty()) {
    context.only = {"graphed_nn_mha_fast_masked", "graphed_nn_mha_fast_dense", "graphed_nn_mha_slow",
                    "graphed_composite_sdpa_dense"};
  }
  return agreement_property().bind(context);
}

}  // namespace

Property agreement_graphed_property() {
  return {.name = "agreement_graphed",
          .summary = "the dense paths replayed as CUDA graphs agree with the fp64 reference and with each other",
          .exists = [](DType, at::DeviceType device) { return device == at::kCUDA; },
          .bind = bind_graphed};
}

}  // namespace attngate
