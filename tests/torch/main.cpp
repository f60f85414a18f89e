// Runs GoogleTest on one device: --device=cpu (the default) or --device=cuda. A filter that matches nothing fails.
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <iostream>
#include <optional>
#include <string_view>

#include "attngate/base/exit_code.h"
#include "attngate/paths/sdp_backend_guard.h"
#include "attngate/run/environment.h"
#include "attngate/workers/device.h"
#include "device_under_test.h"

namespace attngate {
namespace {

/// Written once, by main().
std::optional<c10::Device>& device_setting() {
  static std::optional<c10::Device> device;
  return device;
}

std::optional<c10::Device> device_of(std::string_view name) {
  if (name == "cpu") return c10::Device(c10::kCPU);
  if (name == "cuda") return c10::Device(c10::kCUDA, 0);
  return std::nullopt;
}

c10::Device read_arguments(int argc, char** argv) {
  c10::Device device = c10::kCPU;
  for (int index = 1; index < argc; ++index) {
    std::string_view argument = argv[index];
    constexpr std::string_view option = "--device";
    if (argument == option) {
      argument = index + 1 < argc ? argv[++index] : "";
    } else if (argument.starts_with("--device=")) {
      argument.remove_prefix(option.size() + 1);
    } else {
      throw UsageError("unknown argument '" + std::string(argument) +
                       "'; allowed are --device cpu|cuda and GoogleTest's --gtest_* flags");
    }
    const std::optional<c10::Device> named = device_of(argument);
    if (!named) throw UsageError("--device '" + std::string(argument) + "': must be cpu or cuda");
    device = *named;
  }
  return device;
}

int run_tests() {
  use_strict_arithmetic();
  at::set_num_threads(1);
  const int result = RUN_ALL_TESTS();
  if (testing::GTEST_FLAG(list_tests)) return result;
  if (testing::UnitTest::GetInstance()->test_to_run_count() == 0) {
    std::cerr << "attngate_torch_tests: no test matches the filter; --gtest_list_tests shows all\n";
    return exit_code::usage;
  }
  return result == 0 ? exit_code::holds : exit_code::failed;
}

int run(int argc, char** argv) {
  use_gpu_from_ctest();
  const c10::Device device = read_arguments(argc, argv);
  const bool required = read_environment().require_gpu;
  if (const auto problem = device_problem(device.type()); problem && !testing::GTEST_FLAG(list_tests)) {
    std::cout << (required ? "failed: " : "skipped: ") << *problem << (required ? " (ATTNGATE_REQUIRE_GPU=1)" : "")
              << std::endl;
    return required ? exit_code::failed : exit_code::skipped;
  }
  device_setting() = device;
  return run_tests();
}

}  // namespace

c10::Device device_under_test() { return device_setting().value(); }

}  // namespace attngate

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  try {
    return attngate::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "attngate_torch_tests: " << error.what() << '\n';
    return attngate::exit_code::usage;
  }
}
