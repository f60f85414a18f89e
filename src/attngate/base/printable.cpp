#include "attngate/base/printable.h"

#include <cstddef>

#include <fmt/format.h>

namespace attngate {

std::string printable(std::string_view text) {
  // 60: the value, its key and what is allowed then fit a line of a terminal or a log.
  constexpr std::size_t longest = 60;
  std::string result = "'";
  for (const char character : text.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte >= 0x20 && byte < 0x7f) {
      result += character;
    } else {
      result += fmt::format("\\x{:02x}", byte);
    }
  }
  return result + (text.size() > longest ? "...'" : "'");
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace attngate
