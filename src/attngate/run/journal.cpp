#include "attngate/run/journal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>

#include "attngate/base/input_file.h"

namespace attngate {
namespace {

constexpr std::string_view done = "# done:";

/// The path, in a folder that is made where it is missing.
const std::string& with_folder(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  return path;
}

}  // namespace

Journal::Journal(std::string path, std::string_view test, std::uint64_t seed)
    : path_(std::move(path)), file_(with_folder(path_)) {
  if (file_.is_taken()) throw UsageError(taken_journal_text(path_));
  const int error = file_.error() != 0 ? file_.error() : file_.cut_to(0);
  if (error != 0) {
    throw UsageError(fmt::format("journal '{}': cannot be created: {}; allowed is a path in a writable folder", path_,
                                 std::strerror(error)));
  }
  append(fmt::format("# attngate journal 1 test={} seed={:#x}", test, seed));
}

std::string taken_journal_text(const std::string& path) {
  return fmt::format(
      "journal '{}': another run of this test is writing to this folder; wait for the end of that run, or name another "
      "folder for the results",
      path);
}

void Journal::case_begins(const std::string& line) {
  append(line);
  ++cases_;
}

void Journal::run_ends(RunReport& report) {
  if (report.ended_by != RunEnd::stopped) append(fmt::format("{} {} cases", done, cases_));
  report.journal_path = path_;
  if (report.error.empty()) report.error = error_;
}

void Journal::append(std::string_view line) {
  if (!error_.empty()) return;  // after a torn line the next one would be glued to it
  buffer_.assign(line);
  buffer_ += '\n';
  ssize_t written = 0;
  do {
    written = ::write(file_.descriptor(), buffer_.data(), buffer_.size());
  } while (written < 0 && errno == EINTR);
  if (written == static_cast<ssize_t>(buffer_.size())) return;
  const char* cause = written < 0 ? std::strerror(errno) : "the disk is full";
  error_ = fmt::format("journal '{}': cannot be written: {}", path_, cause);
  fmt::print(stderr, "attngate: {}\n", error_);
}

JournalEnd end_of_journal(const std::string& path) {
  // It is read line by line: a run of a night may have written many GB.
  if (const std::string problem = input_problem(path, std::numeric_limits<std::uint64_t>::max()); !problem.empty())
    throw UsageError(fmt::format("journal '{}': cannot be read: {}; allowed is a journal file", path, problem));
  std::ifstream file(path);
  JournalEnd end;
  for (std::string line; std::getline(file, line);) {
    end.torn = file.eof();  // the line ended without its newline
    if (end.torn) break;
    end.done = line.starts_with(done);
    if (!line.starts_with('#')) end.last_case = line;
  }
  return end;
}

std::optional<std::string> case_in_flight(const std::string& path) {
  const JournalEnd end = end_of_journal(path);
  if (end.done || end.torn || end.last_case.empty()) return std::nullopt;
  return end.last_case;
}

}  // namespace attngate
