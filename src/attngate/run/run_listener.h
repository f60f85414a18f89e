#pragma once

#include <cstdint>
#include <string>

#include "attngate/run/run_report.h"

namespace attngate {

/// A case that was checked, and what the run comes to with it.
struct CaseNews {
  CaseOrigin origin = CaseOrigin::random;
  /// Which case of its origin, from 0.
  std::uint64_t index = 0;
  const CheckedCase& checked;
  /// The case was told of before: this is the look at it without the path that failed.
  bool again = false;
  /// The run so far, this case included.
  const RunReport& report;
  /// Time in s since the run began, without re-runs and shrinking.
  double seconds = 0;
};

/// Hears of a run as it goes on. Each output of a run is a listener of its own, and a new output is a new one.
///
/// For each case of the run: case_begins, case_ends, case_checked; where it fails: case_fails, then case_begins and
/// case_ends of each re-run and each smaller form, then case_shrunk. At the end run_ends. Listeners are told in the
/// order of their list.
class RunListener {
 public:
  virtual ~RunListener() = default;

  /// The case of this line runs next: for the first time, once more, or as a smaller form of one that failed.
  virtual void case_begins(const std::string& /*line*/) {}
  /// It has ended, whatever is said of it. Not told where nothing can be checked any more: then the run ends.
  virtual void case_ends() {}
  /// A replayed, known or drawn case was checked, or the property does not apply to it (see Verdict::applicable).
  virtual void case_checked(const CaseNews& /*news*/) {}
  /// The case just checked does not hold: re-runs and shrinking follow, and take their time.
  virtual void case_fails(const CheckedCase& /*failed*/) {}
  /// All is known of a failure: how its re-runs went, and its smallest form or why it was not shrunk. Not told where a
  /// path fails again that was to be left out.
  virtual void case_shrunk(const Failure& /*failure*/) {}
  /// The run has ended. A listener that could not record it says so in `report.error`, unless something stands there:
  /// the run then counts as an error. What it throws is thrown by for_all().
  virtual void run_ends(RunReport& /*report*/) {}
};

}  // namespace attngate
