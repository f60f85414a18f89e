#pragma once

#include <stdexcept>

namespace attngate {

/// A path returned, and not by the way that it promised; what() says how.
class WrongResult : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace attngate
