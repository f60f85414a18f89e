#include "attngate/run/failure_report.h"

#include <fmt/format.h>

#include "attngate/base/number_text.h"
#include "attngate/base/text_table.h"

namespace attngate {
namespace {

void add_field(std::string& text, const char* name, const std::string& value) {
  text += fmt::format("  {:<9}  {}\n", name, value);
}

std::string shrink_statistics(const Failure& failure) {
  std::string text = fmt::format("{}, {}, {:.1f} s", counted(failure.shrink_attempts, "attempt"),
                                 counted(failure.shrink_steps, "step"), failure.shrink_seconds);
  if (failure.shrink_budget_ended) text += ", ended early: a smaller case may fail too";
  return text;
}

void add_cases(std::string& text, const Failure& failure) {
  add_field(text, "first", failure.first.line);
  if (!failure.not_shrunk.empty()) {
    add_field(text, "shrunk", "no: " + failure.not_shrunk);
  } else if (failure.shrunk) {
    add_field(text, "shrunk", failure.shrunk->line);
    add_field(text, "", shrink_statistics(failure));
  } else {
    add_field(text, "shrunk", "no smaller case fails (" + shrink_statistics(failure) + ")");
  }
}

/// Without the detail that the table below has, which may be long.
std::string reason_in_brief(const Verdict& verdict) {
  const std::optional<Blame> blame = blame_of(verdict);
  if (!blame) return verdict.reason;
  const std::string brief = blame->path + ": " + to_string(blame->status);
  return verdict.reason.starts_with(brief) ? brief : verdict.reason;
}

}  // namespace

std::string outcome_table(const Verdict& verdict) {
  TextTable table(
      {{"path"}, {"backend"}, {"status"}, {"error", Align::right}, {"bound", Align::right}, {"margin", Align::right}});
  for (const PathOutcome& outcome : verdict.paths) {
    // Without an answer that was compared there is no figure: a dash, not a zero that looks measured.
    const bool compared = outcome.error != 0 || outcome.bound != 0;
    table.add_row({outcome.path, outcome.backend, to_string(outcome.status),
                   compared ? fmt::format("{:.2e}", outcome.error) : "-",
                   compared ? fmt::format("{:.2e}", outcome.bound) : "-",
                   compared ? margin_text(outcome.margin, 2) : "-"});
    if (!outcome.detail.empty()) table.add_note(outcome.detail);
  }
  return table.text("  ");
}

std::string failure_report(const RunIdentity& run, const Failure& failure) {
  const CheckedCase& smallest = failure.smallest();
  std::string text = fmt::format("attngate: {} {}\n", run.test, failure.flaky() ? "is FLAKY" : "FAILED");
  add_field(text, "property", run.property);
  add_field(text, "device", run.device);
  add_field(text, "dtype", to_string(failure.first.value.dtype));
  add_field(text, "seed", fmt::format("{:#x}, {} case {}", run.seed, to_string(failure.origin), failure.index));
  add_field(text, "reason", reason_in_brief(smallest.verdict));
  if (failure.flaky())
    add_field(text, "flaky",
              fmt::format("held in {} of {} re-runs of the same case", failure.reruns_held, failure.reruns));
  add_cases(text, failure);
  text += "\n";
  if (!smallest.verdict.paths.empty()) text += outcome_table(smallest.verdict) + "\n";
  text += fmt::format("  replay with\n    {}\n    {}\n", replay_command(run, smallest.line),
                      ctest_replay_command(run, smallest.line));
  return text;
}

std::string summary_line(const RunIdentity& run, const RunReport& report) {
  std::string text =
      fmt::format("attngate: {} {}: {} ({} corpus) in {:.1f} s, {:.0f}/s, worst margin {}", run.test,
                  to_string(report.status()), counted(report.cases(), "case"), grouped(report.corpus_cases),
                  report.loop_seconds, report.cases_per_second(), margin_text(report.worst_margin, 2));
  if (!report.worst_path.empty()) text += fmt::format(" ({})", report.worst_path);
  if (const double share = report.overhead_share(); share > 0) text += fmt::format(", {:.0f} % overhead", 100 * share);
  const bool says_itself =
      report.ended_by == RunEnd::complete || report.ended_by == RunEnd::error || report.status() == RunStatus::stopped;
  if (!says_itself) text += ", ended by: " + to_string(report.ended_by);
  if (const std::string brief = report.brief_reason(); !brief.empty()) text += "; " + brief;
  return text + "\n";
}

}  // namespace attngate
