#include "attngate/samples/host_load.h"

#include <gtest/gtest.h>

#include <chrono>
#include <sstream>

namespace attngate::test {
namespace {

std::optional<HostLoad> parsed(const std::string& text) {
  std::istringstream stat(text);
  return parse_host_load(stat, 100);
}

TEST(HostLoadTest, counts_idle_and_waiting_processors_as_idle_and_stolen_ones_as_busy) {
  const auto load = parsed("cpu  100 20 30 800 40 5 5 0 7 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
  ASSERT_TRUE(load);
  EXPECT_NEAR(load->total_seconds, 10, 1e-9);
  EXPECT_NEAR(load->busy_seconds, 1.6, 1e-9);
  EXPECT_NEAR(parsed("cpu 0 0 0 0 0 0 0 50")->busy_seconds, 0.5, 1e-9);
}

TEST(HostLoadTest, is_unknown_where_the_file_says_something_else) {
  for (const char* text : {"", "cpu0 1 2 3 4 5 6 7 8", "cpu 1 2 3", "cpu 1 2 three 4 5 6 7 8"})
    EXPECT_FALSE(parsed(text)) << text;
}

TEST(HostLoadTest, gives_others_what_this_process_did_not_take) {
  const HostLoad before{10, 100, 1};
  EXPECT_NEAR(*others_cpu_share(before, HostLoad{14, 110, 4}), 0.1, 1e-9);
  EXPECT_DOUBLE_EQ(*others_cpu_share(before, HostLoad{12, 110, 4}), 0)
      << "own time in finer steps may exceed the ticks";
  EXPECT_FALSE(others_cpu_share(before, before));
  EXPECT_FALSE(others_cpu_share(std::nullopt, before));
}

TEST(HostLoadTest, does_not_take_this_process_for_another_one) {
  const auto before = host_load();
  ASSERT_TRUE(before);
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(200)) {
  }
  const auto after = host_load();
  ASSERT_TRUE(after);
  EXPECT_GT(after->own_seconds - before->own_seconds, 0.02);
  EXPECT_GT(after->total_seconds, before->total_seconds);
  EXPECT_TRUE(others_cpu_share(before, after));
}

}  // namespace
}  // namespace attngate::test
