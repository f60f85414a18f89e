#pragma once

#include <string>
#include <vector>

#include "attngate/paths/attention_path.h"

namespace attngate::planted {

/// One right path and every wrong one.
std::vector<AttentionPath> all_paths();

/// The paths of a comma separated list of names; throws UsageError for a name that is not planted.
std::vector<AttentionPath> paths_named(const std::string& names);

}  // namespace attngate::planted
