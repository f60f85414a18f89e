#include "attngate/suite/tested_registry.h"

#include <cstdlib>

#include "attngate/paths/known_issues.h"
#include "attngate/suite/device.h"

namespace attngate {

PathRegistry make_tested_registry() {
  const char* folder = std::getenv("ATTNGATE_KNOWN_ISSUES");
  PathRegistry registry = make_registry();
  apply_known_issues(registry, read_known_issues(folder ? folder : ATTNGATE_KNOWN_ISSUES_FOLDER), libtorch_version());
  return registry;
}

}  // namespace attngate
