#pragma once

#include <stdexcept>
#include <string>

namespace attngate::test {

/// The text with the first `old_part` replaced, which it must have.
inline std::string with(std::string text, const std::string& old_part, const std::string& new_part) {
  const auto at = text.find(old_part);
  if (at == std::string::npos) throw std::logic_error("the sample has no " + old_part);
  return text.replace(at, old_part.size(), new_part);
}

}  // namespace attngate::test
