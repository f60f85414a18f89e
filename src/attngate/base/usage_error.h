#pragma once

#include <stdexcept>

namespace attngate {

/// Bad input from whoever runs attngate: what() is one line naming what was given and what is allowed; exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace attngate
