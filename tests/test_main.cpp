// main() of all test binaries: exit codes that CTest and a shell can trust. A run without any test is bad usage, and
// one that skipped everything is skipped.
#include "test_main.h"

#include <gtest/gtest.h>

#include <iostream>
#include <set>
#include <sstream>
#include <string_view>

#include "attngate/base/exit_code.h"

namespace attngate::test {
namespace {

std::set<std::string> all_tests() {
  std::set<std::string> names;
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int s = 0; s < all.total_test_suite_count(); ++s) {
    const testing::TestSuite& suite = *all.GetTestSuite(s);
    for (int t = 0; t < suite.total_test_count(); ++t)
      names.insert(std::string(suite.name()) + "." + suite.GetTestInfo(t)->name());
  }
  return names;
}

/// Refuses a filter that names a test in full which does not exist: GoogleTest runs the others and calls that green.
void check_filter() {
  const std::string filter = testing::GTEST_FLAG(filter);
  const std::set<std::string> existing = all_tests();
  std::istringstream names(filter.substr(0, filter.find('-')));
  for (std::string name; std::getline(names, name, ':');) {
    if (!name.empty() && name.find_first_of("*?") == std::string::npos && !existing.contains(name))
      throw UsageError("no test matches the filter's " + name + "; --gtest_list_tests shows all");
  }
}

int skip(const std::string& obstacle, bool gpu_is_required) {
  std::cout << (gpu_is_required ? "failed: " : "skipped: ") << obstacle
            << (gpu_is_required ? " (ATTNGATE_REQUIRE_GPU=1)" : "") << std::endl;
  return gpu_is_required ? exit_code::failed : exit_code::skipped;
}

int run_tests(const TestProgram& program) {
  const int result = RUN_ALL_TESTS();
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  if (all.test_to_run_count() == 0) throw UsageError("no test matches the filter; --gtest_list_tests shows all");
  if (const std::string error = program.usage_error(); !error.empty()) throw UsageError(error);
  if (result != 0) return exit_code::failed;
  return all.skipped_test_count() == all.test_to_run_count() ? exit_code::skipped : exit_code::holds;
}

int run(int argc, char** argv) {
  const std::unique_ptr<TestProgram> program = test_program();
  if (const auto done = program->read_arguments(argc, argv)) return *done;
  use_gpu_from_ctest();
  const Environment environment = read_environment();
  if (const auto done = program->prepare(environment)) return *done;
  check_filter();
  if (testing::GTEST_FLAG(list_tests)) return RUN_ALL_TESTS();
  if (const auto obstacle = program->obstacle()) return skip(*obstacle, environment.require_gpu);
  return run_tests(*program);
}

}  // namespace

std::string read_device(int argc, char** argv) {
  constexpr std::string_view option = "--device";
  std::string device = "cpu";
  for (int index = 1; index < argc; ++index) {
    const std::string_view argument = argv[index];
    if (argument == option) {
      device = index + 1 < argc ? argv[++index] : "";
    } else if (argument.starts_with("--device=")) {
      device = argument.substr(option.size() + 1);
    } else {
      throw UsageError("unknown argument '" + std::string(argument) +
                       "'; allowed are --device cpu|cuda and GoogleTest's --gtest_* flags");
    }
    if (device != "cpu" && device != "cuda") throw UsageError("--device '" + device + "': must be cpu or cuda");
  }
  return device;
}

}  // namespace attngate::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  try {
    return attngate::test::run(argc, argv);
  } catch (const std::exception& error) {
    const std::string_view path = argv[0];
    std::cerr << path.substr(path.rfind('/') + 1) << ": " << error.what() << '\n';
    return attngate::exit_code::usage;
  }
}
