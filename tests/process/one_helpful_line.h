#pragma once

#include <string>
#include <vector>

#include "command.h"

namespace attngate::test {

/// Expects that the command complained in one line of its own that has these words, without any noise of a library.
void expect_one_helpful_line(const CommandEnd& end, const std::vector<std::string>& helping_words);

}  // namespace attngate::test
