#include "attngate/report/table.h"

#include <fmt/format.h>

#include <map>
#include <ostream>
#include <set>

#include "attngate/base/joined.h"
#include "attngate/base/number_text.h"

namespace attngate {
namespace {

// Margins are read against 1: three decimals tell 0.998 from 1.
constexpr int margin_decimals = 3;

std::set<std::string> backends_of(const PathSummary& path) {
  std::set<std::string> names;
  for (const auto& [backend, count] : path.backends) names.insert(backend);
  return names;
}

std::string backends_of(const Results& results) {
  std::set<std::string> names;
  for (const PathSummary& path : results.report.paths) names.merge(backends_of(path));
  return joined(names);
}

// A skipped test has no figures: a dash, not a zero that looks measured.
std::string figure(const Results& results, const std::string& text) { return results.report.cases() > 0 ? text : "-"; }

// Of the results that should be the same bits, those that were; a dash where none are expected.
std::string same_bits(const Results& results) {
  if (results.report.exact_pairs == 0) return "-";
  return fmt::format("{}/{}", grouped(results.report.exact_equal), grouped(results.report.exact_pairs));
}

std::string status_of(const UnfinishedRun& run) { return run.all_cases_ran ? "no results" : "not finished"; }

std::string note_on(const UnfinishedRun& run) {
  if (run.all_cases_ran) return "every case ran, but the results are missing: run it again";
  const std::string why = "it died, was stopped, or goes on; ";
  if (run.last_case.empty()) return why + "no case had begun";
  return why + "its last case: attngate replay '" + run.last_case + "'";
}

/// "60 tests: 58 hold, 2 skipped, 0 failed; 6,236 cases, 408.2 s"; flaky ones, errors and what did not finish only
/// where there are any.
std::string totals(const std::vector<Results>& results, const std::vector<UnfinishedRun>& unfinished) {
  std::map<RunStatus, std::size_t> counts;
  std::uint64_t cases = 0;
  double seconds = 0;
  for (const Results& test : results) {
    ++counts[test.report.status()];
    cases += test.report.cases();
    seconds += test.report.wall_seconds;
  }
  std::string by_status = fmt::format("{} hold, {} skipped, {} failed", counts[RunStatus::holds],
                                      counts[RunStatus::inapplicable], counts[RunStatus::failed]);
  for (const RunStatus rare : {RunStatus::flaky, RunStatus::error, RunStatus::stopped}) {
    if (counts[rare] > 0) by_status += fmt::format(", {} {}", counts[rare], to_string(rare));
  }
  std::map<std::string, std::size_t> unfinished_counts;
  for (const UnfinishedRun& run : unfinished) ++unfinished_counts[status_of(run)];
  for (const auto& [status, count] : unfinished_counts) by_status += fmt::format(", {} {}", count, status);
  return fmt::format("{}: {}; {}, {:.1f} s\n", counted(results.size() + unfinished.size(), "test"), by_status,
                     counted(cases, "case"), seconds);
}

}  // namespace

void print_results_table(std::ostream& out, const std::vector<Results>& results,
                         const std::vector<UnfinishedRun>& unfinished, bool in_brief) {
  TextTable table({{"property"},
                   {"dtype"},
                   {"device"},
                   {"backends"},
                   {"cases", Align::right},
                   {"cases/s", Align::right},
                   {"worst margin", Align::right},
                   {"of path"},
                   {"same bits", Align::right},
                   {"time s", Align::right},
                   {"status"}});
  for (const Results& test : results) {
    const auto& [context, report] = test;
    table.add_row({context.run.property, context.dtype, context.run.device, backends_of(test),
                   figure(test, grouped(report.cases())),
                   figure(test, fmt::format("{:.1f}", report.cases_per_second())),
                   figure(test, margin_text(report.worst_margin, margin_decimals)), report.worst_path, same_bits(test),
                   figure(test, fmt::format("{:.1f}", report.wall_seconds)), to_string(report.status())});
    const std::string reason = in_brief ? report.brief_reason() : report.reason();
    if (report.status() != RunStatus::holds && !reason.empty()) table.add_note(reason);
  }
  for (const UnfinishedRun& run : unfinished) {
    table.add_row({run.test, "", "", "", "-", "-", "-", "", "-", "-", status_of(run)});
    table.add_note(note_on(run));
  }
  out << table.text() << "\n" << totals(results, unfinished);
}

std::vector<std::string> print_coverage_table(std::ostream& out, const std::vector<Results>& results) {
  Coverage coverage;
  for (const Results& test : results) coverage.merge(test.report.coverage);
  if (coverage.cases() == 0) return {};
  std::vector<std::string> missing;
  TextTable table({{"dimension"}, {"cases by value"}});
  std::vector<std::string> values;
  const std::vector<CoverageBucket> buckets = coverage.buckets();
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    const auto& [dimension, bucket, count] = buckets[i];
    if (count == 0) missing.push_back(dimension + " " + bucket);
    values.push_back(fmt::format("{}: {}", bucket, count));
    if (i + 1 < buckets.size() && buckets[i + 1].dimension == dimension) continue;
    table.add_row({dimension, fmt::format("{} values", values.size())});
    table.add_note(joined(values));
    values.clear();
  }
  out << table.text();
  return missing;
}

void print_paths_table(std::ostream& out, const std::vector<Results>& results) {
  TextTable table({{"test"},
                   {"path"},
                   {"backends"},
                   {"runs", Align::right},
                   {"refused", Align::right},
                   {"worst margin", Align::right},
                   {"median us", Align::right}});
  bool any = false;
  for (const Results& test : results) {
    for (const PathSummary& path : test.report.paths) {
      any = true;
      table.add_row({test.context.run.test, path.path, joined(backends_of(path)), grouped(path.runs),
                     grouped(path.refusals), path.runs > 0 ? margin_text(path.worst_margin, margin_decimals) : "-",
                     path.median_us() > 0 ? fmt::format("{:.1f}", path.median_us()) : "-"});
    }
  }
  if (any) out << table.text();
}

}  // namespace attngate
