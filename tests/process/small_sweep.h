#pragma once

#include <string>
#include <vector>

#include "command.h"

namespace attngate::test {

/// Two lengths for each b: six rows unless others are asked for.
inline Command small_fastpath(std::vector<std::string> more, const std::string& b_values = "1,31,61") {
  std::vector<std::string> arguments = {
      "sweep",         "fastpath", "--device",           device,  "--dtype",      "fp32",
      "--batch-sizes", "2",        "--sequence-lengths", "16,32", "--embed-dims", "64",
      "--n-heads",     "4",        "--b-values",         b_values};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return {.program = attngate_command, .arguments = arguments};
}

/// Thirty rows of 50 ms each.
inline Command long_fastpath(const std::string& file, bool resume) {
  Command command =
      small_fastpath({"--width", "1e-6", "--most-pairs", "501", "--row-seconds", "0.05", "--save-path", file},
                     "1,5,9,13,17,21,25,29,33,37,41,45,49,53,57");
  if (resume) command.arguments.emplace_back("--resume");
  return command;
}

}  // namespace attngate::test
