// The unit tests: --group=NAME keeps to the tests whose source lies in unit/NAME/.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "attngate/base/usage_error.h"
#include "test_main.h"

namespace attngate::test {
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

class UnitTests : public TestProgram {
 public:
  std::optional<int> read_arguments(int argc, char** argv) override {
    for (int index = 1; index < argc; ++index) {
      const std::string_view argument = argv[index];
      if (!argument.starts_with(group_option)) {
        throw UsageError("unknown argument '" + std::string(argument) +
                         "'; allowed are --group=NAME and GoogleTest's --gtest_* flags");
      }
      testing::GTEST_FLAG(filter) = filter_of_group(std::string(argument.substr(group_option.size())));
    }
    return std::nullopt;
  }
};

}  // namespace

std::unique_ptr<TestProgram> test_program() { return std::make_unique<UnitTests>(); }

}  // namespace attngate::test
