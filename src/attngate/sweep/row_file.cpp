#include "attngate/sweep/row_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "attngate/base/printable.h"
#include "attngate/report/results.h"

namespace attngate {
namespace {

/// What a row takes on disk at most, but for long error texts: some 25 cells of 10 bytes, twice over.
constexpr std::uint64_t bytes_of_a_row = 512;

[[noreturn]] void refuse(const std::string& path, int error) {
  throw ResultsError(fmt::format(
      "--save-path {}: cannot be written: {}; allowed is a file in a writable folder with room for every row",
      printable(path), std::strerror(error)));
}

/// Throws unless a file of so many bytes can lie beside the path; leaves nothing behind.
void expect_room(const std::string& path, std::uint64_t bytes) {
  const std::string probe = fmt::format("{}.{}.probe", path, ::getpid());
  const int file = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) refuse(path, errno);
  const int error = ::posix_fallocate(file, 0, static_cast<off_t>(bytes));
  ::close(file);
  ::unlink(probe.c_str());
  // A file system that cannot reserve has said nothing about its room.
  if (error != 0 && error != EOPNOTSUPP && error != EINVAL) refuse(path, error);
}

std::string text_of_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

RowFile::RowFile(const std::string& path, const SweepPlan& plan, bool resume) : path_(path) {
  const bool is_there = std::filesystem::exists(path);
  std::size_t kept_bytes = 0;
  if (resume && is_there) {
    CsvText earlier = rows_of_earlier_run(plan, text_of_file(path), path);
    earlier_ = std::move(earlier.rows);
    kept_bytes = earlier.whole_bytes;
  }
  expect_room(path, (plan.points.size() + 1) * bytes_of_a_row);
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) refuse(path, errno);
  // What is behind the last newline was never finished.
  if (::ftruncate(file_, static_cast<off_t>(kept_bytes)) != 0) refuse(path, errno);
  if (kept_bytes == 0) write(csv_line(header_of(plan)));
}

RowFile::~RowFile() {
  if (file_ >= 0) ::close(file_);
}

void RowFile::append(const CsvRow& row) { write(csv_line(row)); }

void RowFile::write(const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = ::write(file_, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      throw ResultsError(fmt::format(
          "--save-path {}: cannot be written: {}; the rows before are kept, and --resume goes on behind them",
          printable(path_), std::strerror(errno)));
    }
    done += static_cast<std::size_t>(written);
  }
}

}  // namespace attngate
