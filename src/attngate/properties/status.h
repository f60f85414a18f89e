#pragma once

#include "attngate/properties/property.h"

namespace attngate {

/// status: every path that promises an error for a case raises that error.
Property status_property();

}  // namespace attngate
