#pragma once

#include "attngate/base/usage_error.h"

namespace attngate {

/// Thrown when results cannot be written or read: what() is one line naming the file or folder and the cause.
class ResultsError : public UsageError {
 public:
  using UsageError::UsageError;
};

}  // namespace attngate
