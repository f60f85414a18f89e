#pragma once

#include <string>

#include "attngate/report/results.h"
#include "attngate/run/run_listener.h"

namespace attngate {

/// Writes the results of a run to <folder>/<test>.json when it ends. That they cannot be written is told on stderr and
/// makes the run an error.
class ResultsFile : public RunListener {
 public:
  /// Takes the results of an earlier run away; throws ResultsError where they stay.
  ResultsFile(std::string folder, RunContext context);

  void run_ends(RunReport& report) override;

 private:
  std::string folder_;
  RunContext context_;
};

}  // namespace attngate
