#include "attngate/base/number_range.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace attngate {
namespace {

template <typename Number>
std::optional<Number> read_number(const std::string& text, Number least, Number most) {
  Number number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < least || number > most) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::uint64_t> WholeRange::read(const std::string& text) const { return read_number(text, least, most); }

std::string WholeRange::text() const { return fmt::format("a whole number, {} to {}", least, most); }

std::optional<double> RealRange::read(const std::string& text) const {
  const std::optional<double> number = read_number(text, least, most);
  return number && std::isfinite(*number) ? number : std::nullopt;  // "nan" and "inf" are numbers to from_chars()
}

std::string RealRange::text() const { return fmt::format("a number, {} to {}", least, most); }

}  // namespace attngate
