#pragma once

#include <string>

#include "attngate/run/replay_command.h"
#include "attngate/run/run_report.h"

namespace attngate {

/// The failure as text for people: what failed where, the first and the shrunk case, a table of the paths, and the
/// commands that replay it. Ends with a newline.
std::string failure_report(const RunIdentity& run, const Failure& failure);

/// One line a path: backend, status, error, bound and margin, with what there is to say about it below.
std::string outcome_table(const Verdict& verdict);

/// What the run comes to in one line: cases, rate, worst margin, the share of time spent on anything but the paths and
/// the reference ("overhead"), or why it does not hold. Ends with a newline.
std::string summary_line(const RunIdentity& run, const RunReport& report);

}  // namespace attngate
