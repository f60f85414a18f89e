#include "attngate/suite/tested_registry.h"

#include <cstdlib>

#include "attngate/paths/known_issues.h"
#include "attngate/paths/mha/builtin_paths.h"
#include "attngate/source_folders.h"
#include "attngate/workers/device.h"

namespace attngate {

PathRegistry make_tested_registry() {
  const char* folder = std::getenv("ATTNGATE_KNOWN_ISSUES");
  PathRegistry registry = make_registry();
  apply_known_issues(registry, read_known_issues(folder ? folder : known_issues_folder), libtorch_version());
  return registry;
}

}  // namespace attngate
