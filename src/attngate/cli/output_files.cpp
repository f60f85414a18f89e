#include "attngate/cli/output_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/cli/kept_file.h"

namespace attngate {
namespace {

/// A file that says so where all of attngate's do, or one without a word.
bool may_hold(const std::string& path, const std::string& schema) {
  std::string start(256, '\0');
  std::ifstream file(path);
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  return file.gcount() == 0 || start.find("\"schema\": \"" + schema + "\"") != std::string::npos;
}

}  // namespace

void check_writable(const std::string& path, const std::string& option) {
  if (path.empty()) return;
  const auto refuse = [&](const std::string& cause) {
    throw UsageError(option + " " + printable(path) + ": cannot be written: " + cause +
                     "; allowed is a file in a writable folder that exists");
  };
  if (std::filesystem::path(path).extension() == ".case") refuse("its name is that of a file of cases, which are read");
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

void check_replaceable(const std::string& path, const std::string& schema, const std::string& option) {
  if (path == standard_output) return;
  check_writable(path, option);
  if (path.empty() || !std::filesystem::exists(path) || may_hold(path, schema)) return;
  throw UsageError(option + " " + printable(path) + ": is there and is no file of an earlier run like this one (" +
                   schema + "); name another file, or remove that one");
}

void check_different(const std::string& option, const std::string& path, const std::string& input,
                     const std::string& input_path) {
  if (!is_same_file(path, input_path)) return;
  throw UsageError(option + " " + printable(path) + ": is the file that is read as " + input + "; name another file");
}

void make_way_for_json(const std::string& path, const std::string& schema) {
  if (path == standard_output) return;
  check_replaceable(path, schema, "--json");
  if (path.empty() || !std::filesystem::exists(path)) return;
  std::error_code error;
  std::filesystem::remove(path, error);
  if (error) throw UsageError("--json " + printable(path) + ": cannot be removed: " + error.message());
}

bool is_same_file(const std::string& one, const std::string& other) {
  if (one.empty() || other.empty()) return false;
  std::error_code ignored;
  if (std::filesystem::equivalent(one, other, ignored)) return true;
  const std::filesystem::path here = std::filesystem::absolute(one, ignored);
  const std::filesystem::path there = std::filesystem::absolute(other, ignored);
  return here.filename() == there.filename() &&
         std::filesystem::equivalent(here.parent_path(), there.parent_path(), ignored);
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
