#pragma once

#include "attngate/paths/attention_path.h"

namespace attngate {

/// All paths, with the known issues of this LibTorch in force (paths/known_issues.h).
///
/// The records are read from the folder that ATTNGATE_KNOWN_ISSUES names, else from tests/known_issues of the sources
/// that attngate was built from. Throws CaseError naming file and line.
PathRegistry make_tested_registry();

}  // namespace attngate
