#pragma once

#include <stdexcept>
#include <string>

namespace attngate {

/// A CUDA runtime call failed; what() names the call and CUDA's own words.
class CudaError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace attngate
