#pragma once

#include "attngate/properties/property.h"

namespace attngate {

/// guarded_memory: with every allocation between NaN bands and filled with NaN (values/guarded_memory.h), paths still
/// agree with the reference and write nowhere but into their own tensors. Equal bits with and without guards are
/// counted.
Property guarded_memory_property();

}  // namespace attngate
