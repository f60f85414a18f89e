#pragma once

#include <functional>
#include <string>

namespace attngate {

/// Makes one call and tells what in it no CUDA graph can capture, as far as LibTorch's dispatcher shows it; empty for
/// nothing.
std::string capture_obstacle(const std::function<void()>& call);

}  // namespace attngate
