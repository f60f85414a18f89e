#include "unit/golden.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

/// The lines of both texts from the first that differs on, that one only.
std::string first_difference(const std::string& golden, const std::string& text) {
  std::istringstream golden_lines(golden), text_lines(text);
  std::string expected, actual;
  for (int line = 1;; ++line) {
    const bool more_golden = static_cast<bool>(std::getline(golden_lines, expected));
    const bool more_text = static_cast<bool>(std::getline(text_lines, actual));
    if (!more_golden && !more_text) return "they differ in the end of the last line";
    if (more_golden != more_text || expected != actual) {
      return fmt::format("line {}\n  golden: {}\n  now:    {}", line, more_golden ? expected : "(no such line)",
                         more_text ? actual : "(no such line)");
    }
  }
}

bool approves() {
  const char* value = std::getenv("ATTNGATE_APPROVE");
  if (value && std::string(value) != "1") ADD_FAILURE() << "ATTNGATE_APPROVE='" << value << "': allowed is 1";
  return value && std::string(value) == "1";
}

}  // namespace

GoldenOutcome compare_with_golden(const std::string& file, const std::string& text, bool approve) {
  const bool exists = std::filesystem::exists(file);
  const std::string golden = file_text(file);
  if (exists && golden == text) return {true, ""};
  if (approve) {
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    write_text(file, text);
    if (file_text(file) != text) return {false, "cannot write " + file};
    return {true, fmt::format("approved: wrote {}\n{}", file, text)};
  }
  return {false, fmt::format("{} {}\nThe whole text now:\n{}\nIf it is right, ATTNGATE_APPROVE=1 writes it: see the "
                             "difference with git diff, and commit it.",
                             file, exists ? "differs in " + first_difference(golden, text) : "is missing.", text)};
}

void expect_golden(const std::string& name, const std::string& text, const std::source_location& place) {
  const GoldenOutcome outcome = compare_with_golden(ATTNGATE_GOLDEN_FOLDER "/" + name + ".txt", text, approves());
  if (!outcome.matches) {
    ADD_FAILURE_AT(place.file_name(), static_cast<int>(place.line())) << outcome.message;
  } else if (!outcome.message.empty()) {
    std::cout << outcome.message << std::flush;
  }
}

}  // namespace attngate::test
