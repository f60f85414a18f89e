#include "one_helpful_line.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace attngate::test {

void expect_one_helpful_line(const CommandEnd& end, const std::vector<std::string>& helping_words) {
  const std::string& said = end.errors;
  EXPECT_EQ(std::ranges::count(said, '\n'), 1) << said;
  EXPECT_TRUE(said.starts_with("attngate") && said.ends_with('\n')) << said;
  for (const std::string& word : helping_words)
    EXPECT_NE(said.find(word), std::string::npos) << "'" << word << "' is missing in: " << said;
  for (const char* noise : {"terminate called", "what():", "frame #", "Exception raised from", "std::"}) {
    EXPECT_EQ((said + end.output).find(noise), std::string::npos) << noise << " in: " << said << end.output;
  }
}

}  // namespace attngate::test
