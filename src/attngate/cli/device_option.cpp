#include "attngate/cli/device_option.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "attngate/base/exit_code.h"
#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/paths/attention_path.h"
#include "attngate/run/environment.h"
#include "attngate/workers/device.h"

namespace attngate {

c10::Device choose_device(const std::string& name) {
  if (name == "cpu") return c10::kCPU;
  if (name != "cuda" && name != "auto") {
    throw UsageError("--device '" + name + "': expected cpu, cuda or auto");
  }
  const std::optional<std::string> problem = device_problem(c10::kCUDA);
  if (!problem) return c10::Device(c10::kCUDA, 0);
  if (name == "auto") return c10::kCPU;
  throw UsageError("--device cuda: " + *problem);
}

std::optional<int> code_without_gpu(const std::string& device_name) {
  const std::optional<std::string> problem = device_name == "cuda" ? device_problem(c10::kCUDA) : std::nullopt;
  if (!problem) return std::nullopt;
  const bool required = read_environment().require_gpu;
  std::cout << (required ? "failed: " : "skipped: ") << *problem << (required ? " (ATTNGATE_REQUIRE_GPU=1)" : "")
            << '\n';
  return required ? exit_code::failed : exit_code::skipped;
}

void check_path_names(const PathRegistry& registry, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const bool known = std::ranges::any_of(
        registry.paths(), [&](const AttentionPath& path) { return path.name == name || path.family == name; });
    if (!known) throw UsageError("--path '" + name + "': no such path or family; there are " + registry.names());
  }
}

void check_writable(const std::string& path, const std::string& option) {
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
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error && ::access(path.c_str(), W_OK | X_OK) != 0) error.assign(errno, std::generic_category());
  if (error) {
    throw UsageError("--results " + printable(path) + ": " + error.message() +
                     "; allowed is a writable folder, or a new one inside a writable folder");
  }
}

void ask_for_in_process() { ::setenv("ATTNGATE_IN_PROCESS", "1", /*overwrite=*/1); }

std::string refuse_empty(const std::string& text) { return text.empty() ? "it is empty" : ""; }

}  // namespace attngate
