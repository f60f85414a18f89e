#pragma once

#include <string>
#include <string_view>

namespace attngate {

/// The text in single quotes, fit for one line of an error: unprintable bytes as \xNN, cut after 60 characters.
std::string printable(std::string_view text);

/// The text up to its first newline: LibTorch's errors go on with a stack trace.
std::string first_line(const std::string& text);

}  // namespace attngate
