#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

#include "attngate/cli/command.h"
#include "attngate/report/results.h"
#include "attngate/report/table.h"
#include "attngate/runner/exit_code.h"

namespace attngate {
namespace {

int report(const std::string& folder, bool paths) {
  const ResultsFolder read = read_results(folder);
  if (read.results.empty() && !read.errors.empty()) {
    const std::size_t more = read.errors.size() - 1;
    throw UsageError(read.errors.front() + (more > 0 ? " (and " + std::to_string(more) + " more like it)" : ""));
  }
  for (const std::string& error : read.errors) std::cerr << "attngate: " << error << '\n';
  if (read.results.empty()) throw UsageError("no results in '" + folder + "': run ci/gate, or ctest in a build folder");
  if (paths) {
    print_paths_table(std::cout, read.results);
    std::cout << '\n';
  }
  print_results_table(std::cout, read.results);
  const bool bad = std::ranges::any_of(read.results, [](const Results& results) {
    return results.status != TestStatus::holds && results.status != TestStatus::skipped;
  });
  return bad || !read.errors.empty() ? exit_code::failed : exit_code::holds;
}

}  // namespace

void add_report_command(CLI::App& app, Command& chosen) {
  auto folder = std::make_shared<std::string>();
  auto paths = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("report", "Print the results of earlier runs as tables");
  command->add_option("DIR", *folder, "Folder of results, such as build/dev/results")->required();
  command->add_flag("--paths", *paths, "One more table: each path's runs, margins and times");
  command->footer("Example:\n  attngate report build/dev/results --paths\nExit code: 0 all hold or are skipped, 1 something failed or cannot be read, 2 bad usage.");
  command->callback([folder, paths, &chosen] { chosen = [folder, paths] { return report(*folder, *paths); }; });
}

}  // namespace attngate
