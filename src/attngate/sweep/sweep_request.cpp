#include "attngate/sweep/sweep_request.h"

#include <algorithm>

namespace attngate {
bool SweepAnswer::holds() const {
  return problem.empty() && std::ranges::none_of(operators, [](const OperatorAnswer& answer) {
           return answer.kind == OperatorAnswer::Kind::failed;
         });
}

}  // namespace attngate
