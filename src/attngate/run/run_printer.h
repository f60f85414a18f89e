#pragma once

#include <iosfwd>

#include "attngate/run/replay_command.h"
#include "attngate/run/run_listener.h"

namespace attngate {

/// Prints each failure in full as soon as it is shrunk, and one line about the whole run at its end; what the paths did
/// on a replayed case that holds comes before it.
class RunPrinter : public RunListener {
 public:
  RunPrinter(RunIdentity run, std::ostream& out);

  void case_shrunk(const Failure& failure) override;
  void run_ends(RunReport& report) override;

 private:
  RunIdentity run_;
  std::ostream& out_;
};

}  // namespace attngate
