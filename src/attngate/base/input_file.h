#pragma once

#include <cstdint>
#include <string>

namespace attngate {

/// The largest input that is read whole. The largest that attngate writes are studies, of some MB.
inline constexpr std::uint64_t most_input_bytes = std::uint64_t{1} << 28;

/// Why the file cannot be read as an input; empty where it can. Asked before it is opened to be read: a named pipe
/// would wait without an end, and a file of many GB take all memory.
std::string input_problem(const std::string& path, std::uint64_t most_bytes = most_input_bytes);

/// All of an input, or why there is nothing to read.
struct InputText {
  std::string text;
  /// In words, input_problem() included; empty where it was read.
  std::string problem;
};

/// Reads it whole.
InputText read_input(const std::string& path, std::uint64_t most_bytes = most_input_bytes);

}  // namespace attngate
