#include "attngate/faults/fault.h"

#include <algorithm>
#include <iterator>

namespace attngate::faults {

AttentionPath path_of(const Fault& fault) {
  return editable_path("fault." + fault.name, fault.sentence, fault.base, fault.hooks);
}

std::string reason_unseen(const Fault& fault, DType dtype) {
  const auto found = std::ranges::find(fault.unseen, dtype, &Unseen::dtype);
  return found == fault.unseen.end() ? "" : found->reason;
}

std::vector<Fault> all_faults() {
  std::vector<Fault> all;
  for (const auto group : {length_and_mask_faults, scale_and_softmax_faults, projection_and_head_faults,
                           memory_and_layout_faults, batching_and_state_faults, result_form_faults}) {
    std::ranges::move(group(), std::back_inserter(all));
  }
  return all;
}

AttentionPath healthy_path(Base base) {
  return editable_path("healthy." + to_string(base), "the base without a fault", base, {});
}

}  // namespace attngate::faults
