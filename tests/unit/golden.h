#pragma once

#include <source_location>
#include <string>

namespace attngate::test {

/// Expects `text` to be what tests/golden/NAME.txt holds, NAME being room/what. With ATTNGATE_APPROVE=1 in the
/// environment it writes the file instead, and says so.
void expect_golden(const std::string& name, const std::string& text,
                   const std::source_location& place = std::source_location::current());

/// What comparing a text with a golden file comes to.
struct GoldenOutcome {
  bool matches = false;
  std::string message;  ///< what differs and how to approve it, or what was written; empty where nothing is to say
};

/// Compares `text` with the file; `approve` writes the file where it differs.
GoldenOutcome compare_with_golden(const std::string& file, const std::string& text, bool approve);

}  // namespace attngate::test
