// Runs GoogleTest; --group=NAME keeps to the tests whose source lies in unit/NAME/. A run without any test fails.
#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <string_view>

#include "attngate/base/exit_code.h"

namespace {

constexpr std::string_view group_option = "--group=";

std::string filter_of_group(const std::string& group) {
  const std::string folder = "/unit/" + group + "/";
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  std::string filter;
  for (int suite = 0; suite < all.total_test_suite_count(); ++suite) {
    const testing::TestSuite& tests = *all.GetTestSuite(suite);
    for (int index = 0; index < tests.total_test_count(); ++index) {
      const testing::TestInfo& test = *tests.GetTestInfo(index);
      if (std::string_view(test.file()).find(folder) == std::string_view::npos) continue;
      filter += std::string(filter.empty() ? "" : ":") + tests.name() + "." + test.name();
    }
  }
  return filter;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int index = 1; index < argc; ++index) {
    const std::string_view argument = argv[index];
    if (!argument.starts_with(group_option)) {
      std::cerr << "attngate_unit_tests: unknown argument '" << argument
                << "'; allowed are --group=NAME and GoogleTest's --gtest_* flags\n";
      return attngate::exit_code::usage;
    }
    testing::GTEST_FLAG(filter) = filter_of_group(std::string(argument.substr(group_option.size())));
  }
  const int result = RUN_ALL_TESTS();
  if (testing::UnitTest::GetInstance()->test_to_run_count() == 0 && !testing::GTEST_FLAG(list_tests)) {
    std::cerr << "attngate_unit_tests: no test matches the group or the filter\n";
    return attngate::exit_code::usage;
  }
  return result;
}
