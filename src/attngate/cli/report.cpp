#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

#include "attngate/base/exit_code.h"
#include "attngate/base/joined.h"
#include "attngate/case/coverage.h"
#include "attngate/cli/command.h"
#include "attngate/report/results.h"
#include "attngate/report/table.h"

namespace attngate {
namespace {

/// Prints the coverage; true when cases enough were drawn to reach every value and one was missed all the same.
bool leaves_something_out(const std::vector<Results>& results) {
  std::uint64_t cases = 0;
  for (const Results& test : results) cases += test.report.cases();
  std::cout << '\n';
  const std::vector<std::string> missing = print_coverage_table(std::cout, results);
  const bool judged = cases >= static_cast<std::uint64_t>(Coverage::minimum_cases);
  if (cases == 0) {
    std::cout << "coverage: no case was checked\n";
  } else if (missing.empty()) {
    std::cout << "coverage: every value was drawn\n";
  } else {
    std::cout << "coverage: never drawn: " << joined(missing) << '\n';
    if (!judged)
      std::cout << "coverage: " << cases << " cases are too few to judge it, which takes " << Coverage::minimum_cases
                << '\n';
  }
  return judged && !missing.empty();
}

int report(const std::string& folder, bool paths, bool coverage) {
  const ResultsFolder read = read_results(folder);
  const bool any = !read.results.empty() || !read.unfinished.empty();
  if (!any && !read.errors.empty()) {
    const std::size_t more = read.errors.size() - 1;
    throw UsageError(read.errors.front() + (more > 0 ? " (and " + std::to_string(more) + " more like it)" : ""));
  }
  for (const std::string& error : read.errors) std::cerr << "attngate: " << error << '\n';
  if (!any) throw UsageError("no results in '" + folder + "': run ci/gate, or ctest in a build folder");
  if (paths) {
    print_paths_table(std::cout, read.results);
    std::cout << '\n';
  }
  print_results_table(std::cout, read.results, read.unfinished);
  const bool uncovered = coverage && leaves_something_out(read.results);
  const bool bad = std::ranges::any_of(read.results, [](const Results& results) {
    return results.report.status() != RunStatus::holds && results.report.status() != RunStatus::inapplicable;
  });
  return bad || uncovered || !read.errors.empty() || !read.unfinished.empty() ? exit_code::failed : exit_code::holds;
}

}  // namespace

void add_report_command(CLI::App& app, Command& chosen) {
  auto folder = std::make_shared<std::string>();
  auto paths = std::make_shared<bool>(false);
  auto coverage = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("report", "Print the results of earlier runs as tables");
  command
      ->add_option("RESULTS", *folder,
                   "Folder of results, such as build/dev/results; or one file, of a test or of `check --json`")
      ->required();
  command->add_flag("--paths", *paths, "One more table: each path's runs, margins and times");
  command->add_flag(
      "--coverage", *coverage,
      "One more table: how many cases had each value of each dimension; a value that was never drawn in a "
      "run of enough cases is a failure");
  command->footer(
      "Examples:\n"
      "  attngate report build/dev/results --paths\n"
      "  attngate report results.json                       what `attngate check --json results.json` wrote\n"
      "Exit code: 0 all hold or are skipped, 1 something failed, did not finish or cannot be read, 2 bad usage.");
  command->callback([folder, paths, coverage, &chosen] {
    chosen = [folder, paths, coverage] { return report(*folder, *paths, *coverage); };
  });
}

}  // namespace attngate
