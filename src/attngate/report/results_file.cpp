#include "attngate/report/results_file.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace attngate {

ResultsFile::ResultsFile(std::string folder, RunContext context)
    : folder_(std::move(folder)), context_(std::move(context)) {
  remove_results(folder_, context_.run.test);
}

void ResultsFile::run_ends(RunReport& report) {
  try {
    write_results(folder_, {context_, report});
  } catch (const ResultsError& error) {
    fmt::print(stderr, "attngate: {}\n", error.what());
    if (report.error.empty()) report.error = error.what();
  }
}

}  // namespace attngate
