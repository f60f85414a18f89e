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

#include "attngate/base/atomic_file.h"
#include "attngate/base/input_file.h"
#include "attngate/report/measurements.h"
#include "attngate/report/results_json.h"
#include "attngate/report/results_list.h"
#include "attngate/run/journal.h"

namespace attngate {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, const char* what, int error) {
  throw ResultsError(fmt::format("results '{}': {}: {}", path, what, std::strerror(error)));
}

/// Sorted.
std::vector<fs::path> files_in(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    files.push_back(entry->path());
  }
  if (error) fail(folder, "the folder cannot be read", error.value());
  std::ranges::sort(files);
  return files;
}

/// Throws ResultsError.
std::string text_of(const fs::path& file) {
  InputText input = read_input(file.string());
  if (!input.problem.empty()) throw ResultsError("cannot be read: " + input.problem);
  return std::move(input.text);
}

void read_file(const fs::path& file, ResultsFolder& into) {
  try {
    const std::string text = text_of(file);
    if (is_results_list(text)) return;  // of `check --json`; its results have files of their own
    into.results.push_back(results_from_json(text));
  } catch (const ResultsError& problem) {
    into.errors.push_back(fmt::format("results '{}': {}", file.string(), problem.what()));
  }
}

/// A file that somebody named: one test's results, or those of a whole `check --json`.
void read_one_file(const std::string& file, ResultsFolder& into) {
  try {
    const std::string text = text_of(file);
    if (!is_results_list(text)) return read_file(file, into);
    ResultsList list = results_list_from_json(text);
    into.results = std::move(list.results);
    if (!list.finished) into.errors.push_back(fmt::format("results '{}': the run did not finish", file));
  } catch (const ResultsError& problem) {
    into.errors.push_back(fmt::format("results '{}': {}", file, problem.what()));
  }
}

void read_journal(const fs::path& file, ResultsFolder& into) {
  try {
    const JournalEnd end = end_of_journal(file.string());
    const bool has_results = fs::exists(fs::path(file).replace_extension(".json"));
    if (!end.done || !has_results) into.unfinished.push_back({file.stem().string(), end.last_case, end.done});
  } catch (const UsageError& problem) {
    into.errors.emplace_back(problem.what());
  }
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

void remove_results(const std::string& folder, const std::string& test) {
  const std::string path = results_path(folder, test);
  std::error_code error;
  fs::remove(path, error);
  if (error) fail(path, "those of an earlier run cannot be removed; remove them by hand", error.value());
}

ResultsFolder read_results(const std::string& folder_or_file) {
  ResultsFolder result;
  if (std::error_code error; fs::is_regular_file(folder_or_file, error)) {
    read_one_file(folder_or_file, result);
    return result;
  }
  for (const fs::path& file : files_in(folder_or_file)) {
    if (file.extension() == ".json") read_file(file, result);
    if (file.extension() == ".journal") read_journal(file, result);
  }
  std::erase_if(result.results, [&](const Results& of) {
    return std::ranges::find(result.unfinished, of.context.run.test, &UnfinishedRun::test) != result.unfinished.end();
  });
  return result;
}

}  // namespace attngate
