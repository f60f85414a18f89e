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

std::set<std::string> backends_of(const PathResults& path) {
  std::set<std::string> names;
  for (const auto& [backend, count] : path.backends) names.insert(backend);
  return names;
}

std::string backends_of(const Results& results) {
  std::set<std::string> names;
  for (const PathResults& path : results.paths) names.merge(backends_of(path));
  return joined(names);
}

// A skipped test has no figures: a dash, not a zero that looks measured.
std::string figure(const Results& results, const std::string& text) { return results.cases > 0 ? text : "-"; }

// Of the results that should be the same bits, those that were; a dash where none are expected.
std::string same_bits(const Results& results) {
  if (results.exact_pairs == 0) return "-";
  return fmt::format("{}/{}", grouped(results.exact_equal), grouped(results.exact_pairs));
}

std::string totals(const std::vector<Results>& results) {
  std::map<TestStatus, std::size_t> counts;
  std::uint64_t cases = 0;
  double seconds = 0;
  for (const Results& test : results) {
    ++counts[test.status];
    cases += test.cases;
    seconds += test.wall_seconds;
  }
  std::vector<std::string> parts;
  for (const auto& [status, count] : counts) parts.push_back(fmt::format("{} {}", count, to_string(status)));
  const std::string by_status = parts.empty() ? "" : " (" + joined(parts) + ")";
  return fmt::format("{}{}, {}, {:.1f} s\n", counted(results.size(), "test"), by_status, counted(cases, "case"),
                     seconds);
}

}  // namespace

void print_results_table(std::ostream& out, const std::vector<Results>& results) {
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
    table.add_row({test.property, test.dtype, test.device, backends_of(test), figure(test, grouped(test.cases)),
                   figure(test, fmt::format("{:.1f}", test.cases_per_second)),
                   figure(test, margin_text(test.worst_margin, margin_decimals)), test.worst_path, same_bits(test),
                   figure(test, fmt::format("{:.1f}", test.wall_seconds)), to_string(test.status)});
    if (test.status != TestStatus::holds && !test.reason.empty()) table.add_note(test.reason);
  }
  out << table.text() << "\n" << totals(results);
}

std::vector<std::string> print_coverage_table(std::ostream& out, const std::vector<Results>& results) {
  std::uint64_t cases = 0;
  CoverageCounts counts;
  for (const Results& test : results) {
    cases += test.cases;
    for (const auto& [dimension, buckets] : test.coverage) {
      for (const auto& [bucket, count] : buckets) counts[dimension][bucket] += count;
    }
  }
  if (cases == 0) return {};
  std::vector<std::string> missing;
  TextTable table({{"dimension"}, {"cases by value"}});
  std::map<std::string, std::string> texts;
  std::vector<std::string> dimensions;
  for (const CoverageBucket& known : Coverage().buckets()) {
    std::string& text = texts[known.dimension];
    if (text.empty()) dimensions.push_back(known.dimension);
    const std::uint64_t count = counts[known.dimension][known.bucket];
    if (count == 0) missing.push_back(known.dimension + " " + known.bucket);
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", known.bucket, count);
  }
  for (const std::string& dimension : dimensions) {
    table.add_row({dimension, fmt::format("{} values", counts[dimension].size())});
    table.add_note(texts[dimension]);
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
    for (const PathResults& path : test.paths) {
      any = true;
      table.add_row({test.test, path.path, joined(backends_of(path)), grouped(path.runs), grouped(path.refused),
                     path.runs > 0 ? margin_text(path.worst_margin, margin_decimals) : "-",
                     path.median_us > 0 ? fmt::format("{:.1f}", path.median_us) : "-"});
    }
  }
  if (any) out << table.text();
}

}  // namespace attngate
