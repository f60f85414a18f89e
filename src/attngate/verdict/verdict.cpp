#include "attngate/verdict/verdict.h"

namespace attngate {

std::string to_string(PathStatus status) {
  switch (status) {
    case PathStatus::ok:
      return "ok";
    case PathStatus::refused_as_promised:
      return "refused as promised";
    case PathStatus::defect_as_recorded:
      return "defect as recorded";
    case PathStatus::wrong_result:
      return "wrong result";
    case PathStatus::unexpected_error:
      return "unexpected error";
    case PathStatus::unexpected_success:
      return "unexpected success";
    case PathStatus::out_of_memory:
      return "out of memory";
    case PathStatus::crashed:
      return "crashed";
    case PathStatus::hung:
      return "hung";
    case PathStatus::device_lost:
      return "device lost";
  }
  return "unknown status";  // a number that is no PathStatus: say so rather than name a wrong one
}

}  // namespace attngate
