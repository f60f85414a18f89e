#include "attngate/base/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "attngate/base/results_error.h"

namespace attngate {
namespace {

// Writes all of `text` to a new file; 0, or the errno of what went wrong.
int write_file(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return errno;
  std::size_t done = 0;
  int error = 0;
  while (done < text.size() && error == 0) {
    const ssize_t written = ::write(file, text.data() + done, text.size() - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (::close(file) != 0 && error == 0) error = errno;  // network file systems report a full disk only here
  return error;
}

}  // namespace

void write_atomically(const std::string& path, const std::string& text) {
  // rename() would put a file in the place of a device such as /dev/null.
  const auto kind = std::filesystem::status(path).type();
  if (kind != std::filesystem::file_type::regular && kind != std::filesystem::file_type::not_found) {
    throw ResultsError(fmt::format("results '{}': cannot be written: not a regular file", path));
  }
  // In the same folder, where rename() is atomic; with the process's number, for two runs at once. Not named *.json,
  // so that who reads a folder of results passes it over.
  const std::string temporary = fmt::format("{}.{}.part", path, ::getpid());
  int error = write_file(temporary, text);
  if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    throw ResultsError(fmt::format("results '{}': cannot be written: {}", path, std::strerror(error)));
  }
}

}  // namespace attngate
