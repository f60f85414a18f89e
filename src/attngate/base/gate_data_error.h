#pragma once

#include "attngate/base/usage_error.h"

namespace attngate {

/// Thrown for a file of bounds or baselines that cannot be read: what() is one line naming file, entry, field and
/// cause.
class GateDataError : public UsageError {
 public:
  using UsageError::UsageError;
};

}  // namespace attngate
