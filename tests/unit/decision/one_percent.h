#pragma once

#include "attngate/decision/bound.h"

namespace attngate::test {

/// The candidate may take 1 % longer than the base.
inline const Bound one_percent{BoundKind::upper_ratio, 1.01};

}  // namespace attngate::test
