#include "attngate/cli/output_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"

namespace attngate {

void check_writable(const std::string& path, const std::string& option) {
  if (path.empty()) return;
  const auto refuse = [&](const std::string& cause) {
    throw UsageError(option + " " + printable(path) + ": cannot be written: " + cause +
                     "; allowed is a file in a writable folder that exists");
  };
  std::error_code ignored;
  const std::filesystem::file_status there = std::filesystem::symlink_status(path, ignored);
  // Results arrive by rename(), which would put a file in the place of a device such as /dev/null.
  if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there)) refuse("it is no regular file");
  const std::string probe = path + "." + std::to_string(::getpid()) + ".probe";
  const int file = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) refuse(std::strerror(errno));
  ::close(file);
  ::unlink(probe.c_str());
}

void check_folder(const std::string& path) {
  if (path.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error && ::access(path.c_str(), W_OK | X_OK) != 0) error.assign(errno, std::generic_category());
  if (error) {
    throw UsageError("--results " + printable(path) + ": " + error.message() +
                     "; allowed is a writable folder, or a new one inside a writable folder");
  }
}

}  // namespace attngate
