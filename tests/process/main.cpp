// Runs GoogleTest; --device=cpu|cuda says where the suites named ...OnDevice run. A run without any test fails.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "attngate/base/exit_code.h"
#include "attngate/run/environment.h"
#include "command.h"

namespace {

namespace exit_code = attngate::exit_code;
using attngate::test::device;

constexpr std::string_view device_option = "--device=";

int complain(const std::string& what) {
  std::cerr << "attngate_process_tests: " << what << '\n';
  return exit_code::usage;
}

/// Hands the GPU that CTest chose to the children.
void use_gpu_from_ctest() {
  const char* group = std::getenv("CTEST_RESOURCE_GROUP_0_GPUS");
  const std::string text = group ? group : "";
  if (text.starts_with("id:")) setenv("CUDA_VISIBLE_DEVICES", text.substr(3, text.find(',') - 3).c_str(), 1);
}

/// Why the device cannot be used, as `attngate list` says it; empty when it can.
std::string device_problem() {
  if (device == "cpu") return "";
  const attngate::test::CommandEnd list =
      attngate::test::run({.program = attngate::test::attngate_command, .arguments = {"list"}});
  const std::size_t start = list.output.find("no CUDA device");
  if (list.exit_code != 0) return "`attngate list` fails: " + list.errors;
  return start == std::string::npos ? "" : list.output.substr(start, list.output.find('\n', start) - start);
}

bool gpu_is_required() {
  const auto only_that = [](const char* name) -> std::optional<std::string> {
    const char* value = std::string_view(name) == "ATTNGATE_REQUIRE_GPU" ? std::getenv(name) : nullptr;
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
  return attngate::read_environment(only_that).require_gpu;
}

int run_tests() {
  if (const std::string problem = device_problem(); !problem.empty()) {
    std::cout << "skipped: " << problem << '\n';
    return gpu_is_required() ? exit_code::failed : exit_code::skipped;
  }
  const int result = RUN_ALL_TESTS();
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  if (all.test_to_run_count() == 0) return complain("no test matches the filter; --gtest_list_tests shows all");
  return result == 0 ? exit_code::holds : exit_code::failed;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int index = 1; index < argc; ++index) {
    const std::string_view argument = argv[index];
    if (argument.starts_with(device_option)) device = argument.substr(device_option.size());
    if (!argument.starts_with(device_option) || (device != "cpu" && device != "cuda")) {
      return complain("unknown argument '" + std::string(argument) +
                      "'; allowed are --device=cpu, --device=cuda and GoogleTest's flags");
    }
  }
  if (testing::GTEST_FLAG(list_tests)) return RUN_ALL_TESTS();
  use_gpu_from_ctest();
  try {
    return run_tests();
  } catch (const attngate::UsageError& error) {
    return complain(error.what());
  }
}
