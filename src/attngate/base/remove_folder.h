#pragma once

#include <string>

namespace attngate {

/// Removes a folder with all that is in it, links not followed; what cannot be removed stays.
///
/// Not std::filesystem::remove_all(): libtorch.so exports a function of that name, which comes first and crashes
/// (2.11.0).
void remove_folder(const std::string& path);

}  // namespace attngate
