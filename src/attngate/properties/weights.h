#pragma once

#include "attngate/properties/property.h"

namespace attngate {

/// weights: averaged attention weights agree with the reference, their rows sum to 1, and what is masked is exactly 0.
Property weights_property();

}  // namespace attngate
