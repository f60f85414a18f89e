#pragma once

#include <string>

namespace attngate {

/// Writes a whole file at once: readers see the old file or the new one, never a part.
///
/// Throws ResultsError naming the file and the cause; nothing is left behind then.
void write_atomically(const std::string& path, const std::string& text);

}  // namespace attngate
