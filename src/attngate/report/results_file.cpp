#include "attngate/report/results_file.h"

#include <utility>

namespace attngate {

ResultsFile::ResultsFile(std::string folder, RunContext context)
    : folder_(std::move(folder)), context_(std::move(context)) {
  remove_results(folder_, context_.run.test);
}

void ResultsFile::run_ends(RunReport& report) { write_results(folder_, {context_, report}); }

}  // namespace attngate
