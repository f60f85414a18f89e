#pragma once

#include <stdexcept>

namespace attngate {

/// No worker can be had: what() says in one line how the last one ended before it was ready.
class WorkerError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace attngate
