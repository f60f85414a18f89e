#pragma once

#include "attngate/properties/property.h"

namespace attngate {

/// known_issues: paths with a defect on record (paths/known_issues.h) behave as recorded, no worse and no better.
Property known_issues_property();

}  // namespace attngate
