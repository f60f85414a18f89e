#pragma once

#include <iosfwd>

#include "attngate/report/results.h"
#include "attngate/run/run_listener.h"

namespace attngate {

/// Writes a run's CTest measurements when it ends: all of them, or in brief where several runs share a CTest test.
class MeasurementsListener : public RunListener {
 public:
  MeasurementsListener(std::ostream& out, RunContext context, bool alone);

  void run_ends(RunReport& report) override;

 private:
  std::ostream& out_;
  RunContext context_;
  bool alone_;
};

}  // namespace attngate
