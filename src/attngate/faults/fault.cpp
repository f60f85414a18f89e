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

std::string healthy_name(Base base) { return "healthy." + to_string(base); }

std::vector<AttentionPath> healthy_paths() {
  std::vector<AttentionPath> paths;
  for (const Base base : {Base::unfused, Base::sdpa, Base::native_masked, Base::native_nested}) {
    paths.push_back(editable_path(healthy_name(base), "the base without a fault", base, {}));
  }
  return paths;
}

}  // namespace attngate::faults
