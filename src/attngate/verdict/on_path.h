#pragma once

#include <functional>
#include <string>

namespace attngate {

/// Told the name of each path just before it runs, and an empty name behind the last one, so that a death can be laid
/// at the right door; may be empty.
using OnPath = std::function<void(const std::string& path)>;

}  // namespace attngate
