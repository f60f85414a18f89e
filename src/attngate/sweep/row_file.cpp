#include "attngate/sweep/row_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "attngate/base/input_file.h"
#include "attngate/base/printable.h"
#include "attngate/report/results.h"
#include "attngate/sweep/sweep_size.h"

namespace attngate {
namespace {

[[noreturn]] void refuse(const std::string& path, int error) {
  throw ResultsError(fmt::format(
      "--save-path {}: cannot be written: {}; allowed is a file in a writable folder with room for every row",
      printable(path), std::strerror(error)));
}

/// The path. Throws unless a file of so many bytes can lie beside it; leaves nothing behind.
const std::string& with_room(const std::string& path, std::uint64_t bytes) {
  const std::string probe = fmt::format("{}.{}.probe", path, ::getpid());
  const int file = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) refuse(path, errno);
  const int error = ::posix_fallocate(file, 0, static_cast<off_t>(bytes));
  ::close(file);
  ::unlink(probe.c_str());
  // A file system that cannot reserve has said nothing about its room.
  if (error != 0 && error != EOPNOTSUPP && error != EINVAL) refuse(path, error);
  return path;
}

/// Of a CSV of so many rows.
std::string text_of_file(const std::string& path, std::uint64_t rows) {
  // Error texts are long, but not in every row.
  const std::uint64_t most_bytes = std::max(most_input_bytes, 8 * rows * bytes_of_a_row);
  InputText input = read_input(path, most_bytes);
  if (!input.problem.empty())
    throw UsageError(fmt::format("--resume: {} cannot be read: {}", printable(path), input.problem));
  return std::move(input.text);
}

}  // namespace

RowFile::RowFile(const std::string& path, const SweepPlan& plan, IfThere if_there)
    : path_(path), file_(with_room(path, (plan.points.size() + 1) * bytes_of_a_row)) {
  if (file_.is_taken()) throw UsageError(taken_text("--save-path", path));
  if (file_.error() != 0) refuse(path, file_.error());
  require_writable_over("--save-path", path, earlier_rows_at(path), if_there);
  std::size_t kept_bytes = 0;
  if (if_there == IfThere::resume) {
    CsvText earlier = rows_of_earlier_run(plan, text_of_file(path, plan.points.size()), path);
    earlier_ = std::move(earlier.rows);
    kept_bytes = earlier.whole_bytes;
  }
  // What is behind the last newline was never finished.
  if (const int error = file_.cut_to(kept_bytes); error != 0) refuse(path, error);
  if (kept_bytes == 0) write(csv_line(header_of(plan)));
}

void RowFile::append(const CsvRow& row) { write(csv_line(row)); }

void RowFile::write(const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = ::write(file_.descriptor(), text.data() + done, text.size() - done);
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
