#include "attngate/gates/gate_result.h"

#include <stdexcept>

namespace attngate {

std::string to_string(GateStatus status) {
  switch (status) {
    case GateStatus::pass:
      return "pass";
    case GateStatus::fail:
      return "fail";
    case GateStatus::inconclusive:
      return "inconclusive";
    case GateStatus::skipped:
      return "skipped";
  }
  throw std::logic_error("no such status");
}

}  // namespace attngate
