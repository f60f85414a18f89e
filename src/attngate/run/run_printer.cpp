#include "attngate/run/run_printer.h"

#include <ostream>
#include <utility>

#include "attngate/run/failure_report.h"

namespace attngate {

RunPrinter::RunPrinter(RunIdentity run, std::ostream& out) : run_(std::move(run)), out_(out) {}

void RunPrinter::case_shrunk(const Failure& failure) { out_ << failure_report(run_, failure) << std::flush; }

void RunPrinter::run_ends(RunReport& report) {
  const std::optional<Verdict>& replayed = report.replayed;
  if (replayed && report.failures.empty() && !replayed->paths.empty()) out_ << '\n' << outcome_table(*replayed) << '\n';
  out_ << summary_line(run_, report) << std::flush;
}

}  // namespace attngate
