#include "attngate/runner/number_text.h"

#include <fmt/format.h>

#include <cmath>

namespace attngate {

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::ptrdiff_t position = static_cast<std::ptrdiff_t>(text.size()) - 3; position > 0; position -= 3) {
    text.insert(static_cast<std::size_t>(position), 1, ',');
  }
  return text;
}

std::string counted(std::uint64_t number, const std::string& noun) {
  return grouped(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string margin_text(double margin, int decimals) {
  if (std::isfinite(margin) && margin < 1000) return fmt::format("{:.{}f}", margin, decimals);
  return fmt::format("{:.1e}", margin);
}

}  // namespace attngate
