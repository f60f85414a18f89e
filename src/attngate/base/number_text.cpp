#include "attngate/base/number_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>

namespace attngate {

std::string grouped(std::uint64_t number) { return fmt::format("{}", fmt::group_digits(number)); }

std::string counted(std::uint64_t number, const std::string& noun) {
  return grouped(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string margin_text(double margin, int decimals) {
  if (std::isfinite(margin) && margin < 1000) return fmt::format("{:.{}f}", margin, decimals);
  return fmt::format("{:.1e}", margin);
}

std::string short_number(double number) {
  if (!std::isfinite(number)) return fmt::format("{}", number);
  const double size = std::abs(number);
  // Each limit is where rounding would take one character more.
  if (size == 0 || (size >= 0.01 && size < 9.995)) return fmt::format("{:.2f}", number);
  if (size >= 9.995 && size < 99.95) return fmt::format("{:.1f}", number);
  if (size >= 99.95 && size < 9999.5) return fmt::format("{:.0f}", number);
  std::string text = fmt::format("{:.0e}", number);
  for (const char* padding : {"e+0", "e+"}) {
    if (const std::size_t at = text.find(padding); at != text.npos) text.replace(at, std::strlen(padding), "e");
  }
  if (const std::size_t at = text.find("e-0"); at != text.npos) text.replace(at, 3, "e-");
  return text;
}

std::string range_text(double lower, double upper) { return short_number(lower) + " to " + short_number(upper); }

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
