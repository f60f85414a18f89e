#include "attngate/report/results.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "attngate/base/atomic_file.h"
#include "attngate/report/measurements.h"
#include "attngate/report/results_json.h"
#include "attngate/report/results_list.h"

namespace attngate {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, const char* what, int error) {
  throw ResultsError(fmt::format("results '{}': {}: {}", path, what, std::strerror(error)));
}

}  // namespace

TimeShares shares_of(const RunReport& report) {
  const PhaseTimes& phases = report.phases;
  const double known =
      report.generate_us + phases.inputs_us + phases.reference_us + phases.paths_us + phases.compare_us;
  // Phases that overlap can exceed the wall: then they are all there is.
  const double total = std::max(known, report.loop_seconds * 1e6);
  if (!(total > 0)) return {};
  return {report.generate_us / total, phases.inputs_us / total,  phases.reference_us / total,
          phases.paths_us / total,    phases.compare_us / total, (total - known) / total};
}

std::string utc_now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

std::string results_path(const std::string& folder, const std::string& test) {
  if (test.empty() || test.front() == '.' || test != measurement_name(test)) {
    throw ResultsError(
        fmt::format("test name '{}': allowed are the characters [A-Za-z0-9_.-], not starting with a dot", test));
  }
  return (fs::path(folder) / (test + ".json")).string();
}

std::string write_results(const std::string& folder, const Results& results) {
  std::string path = results_path(folder, results.context.run.test);
  std::error_code made;
  fs::create_directories(folder, made);
  if (made) fail(folder, "the folder cannot be made; allowed is a writable folder", made.value());
  write_atomically(path, results_to_json(results));
  return path;
}

ResultsFolder read_results(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".json") files.push_back(entry->path());
  }
  if (error) fail(folder, "the folder cannot be read", error.value());
  std::sort(files.begin(), files.end());
  ResultsFolder result;
  for (const fs::path& file : files) {
    std::ifstream stream(file);
    std::stringstream text;
    text << stream.rdbuf();
    try {
      if (!stream) throw ResultsError("cannot be read");
      if (is_results_list(text.str())) continue;  // of `check --json`; its results have files of their own
      result.results.push_back(results_from_json(text.str()));
    } catch (const ResultsError& problem) {
      result.errors.push_back(fmt::format("results '{}': {}", file.string(), problem.what()));
    }
  }
  return result;
}

}  // namespace attngate
