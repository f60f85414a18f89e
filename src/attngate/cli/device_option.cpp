#include "attngate/cli/device_option.h"

#include <cstdlib>
#include <iostream>

#include "attngate/base/exit_code.h"
#include "attngate/base/usage_error.h"
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
  if (name == "auto" && read_environment().require_gpu)
    throw UsageError("ATTNGATE_REQUIRE_GPU=1: " + *problem + "; --device cpu works without");
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

void ask_for_in_process() {
  in_process_is_asked_for();  // refuses what the variable may hold and should not
  ::setenv("ATTNGATE_IN_PROCESS", "1", /*overwrite=*/1);
}

}  // namespace attngate
