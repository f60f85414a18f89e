#include "attngate/base/number_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace attngate {

std::string grouped(std::uint64_t number) { return fmt::format("{}", fmt::group_digits(number)); }

std::string counted(std::uint64_t number, const std::string& noun) {
  return grouped(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string margin_text(double margin, int decimals) {
  if (std::isfinite(margin) && margin < 1000) return fmt::format("{:.{}f}", margin, decimals);
  return fmt::format("{:.1e}", margin);
}

std::optional<std::uint64_t> parse_number(const std::string& text) {
  const bool hexadecimal = text.starts_with("0x");
  const char* begin = text.data() + (hexadecimal ? 2 : 0);
  const char* end = text.data() + text.size();
  std::uint64_t number = 0;
  const auto result = std::from_chars(begin, end, number, hexadecimal ? 16 : 10);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

}  // namespace attngate
