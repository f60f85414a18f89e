#pragma once

#include <optional>
#include <vector>

#include "attngate/oracle/path_executor.h"
#include "attngate/properties/property.h"

namespace attngate {

/// Which paths of a case a property looks at.
enum class Lanes {
  fused,     ///< the flash and efficient paths that run, and those that leave the backend open; on the CPU `every`,
             ///< since it has no fused nested kernels and few paths
  math,      ///< everything that runs with no fused backend
  cudnn,     ///< the cuDNN paths that run
  every,     ///< everything that runs, except cuDNN
  refusing,  ///< everything that promises an error
  defective  ///< everything known to return a wrong result, to raise an error or to write outside its tensors
};

/// The paths of the context's registry that take part, with their promises.
///
/// With names in context.only, exactly the paths or families named that run (or refuse, for Lanes::refusing).
std::vector<SelectedPath> select_paths(const PropertyContext& context, const AttentionCase& attention_case,
                                       Lanes lanes);

/// The path with its promise for another case; nullopt unless it runs that one too.
std::optional<SelectedPath> selected_for(const AttentionCase& attention_case, const SelectedPath& selected,
                                         at::Device device);

}  // namespace attngate
