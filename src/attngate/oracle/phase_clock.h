#pragma once

#include "attngate/base/elapsed.h"

namespace attngate {

/// Its laps are the phases of a check.
using PhaseClock = Elapsed;

}  // namespace attngate
