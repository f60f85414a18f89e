#include "attngate/samples/warm_up.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace attngate::test {
namespace {

AllocationCounts none() { return {}; }

WarmUpLimits patient() {
  WarmUpLimits limits;
  limits.window = 4;
  limits.most_calls = 40;
  limits.most_seconds = 1e9;
  return limits;
}

TEST(WarmUpTest, ends_after_two_windows_that_agree) {
  const WarmUp warm = warm_up([] { return 10.0; }, none, patient());
  EXPECT_TRUE(warm.settled);
  EXPECT_EQ(warm.calls, 8u);
  EXPECT_EQ(warm.us, 10);
  EXPECT_EQ(warm.note, "");
}

TEST(WarmUpTest, forgives_a_first_call_that_plans) {
  int calls = 0;
  EXPECT_EQ(warm_up([&] { return calls++ == 0 ? 150'000.0 : 10.0; }, none, patient()).calls, 8u);
}

TEST(WarmUpTest, goes_on_while_times_fall) {
  int calls = 0;
  const WarmUp warm = warm_up([&] { return calls++ < 12 ? 100.0 - 5 * calls : 40.0; }, none, patient());
  EXPECT_TRUE(warm.settled);
  EXPECT_EQ(warm.calls, 20u);
  EXPECT_EQ(warm.us, 40);
}

TEST(WarmUpTest, goes_on_until_two_windows_passed_without_an_allocation) {
  int calls = 0;
  const auto allocations = [&] { return AllocationCounts{calls < 5 ? 1 : 2, 0}; };
  const WarmUp warm = warm_up([&] { return ++calls, 10.0; }, allocations, patient());
  EXPECT_TRUE(warm.settled);
  EXPECT_EQ(warm.calls, 16u);
}

TEST(WarmUpTest, gives_up_on_times_that_never_settle_and_says_so) {
  double time = 1;
  const WarmUp warm = warm_up([&] { return time *= 1.1; }, none, patient());
  EXPECT_FALSE(warm.settled);
  EXPECT_EQ(warm.calls, 40u);
  EXPECT_TRUE(warm.note.starts_with("after 40 calls its time still moved, from ")) << warm.note;
}

TEST(WarmUpTest, gives_up_on_allocations_that_never_settle_and_says_so) {
  std::int64_t bytes = 0;
  const WarmUp warm = warm_up([] { return 10.0; }, [&] { return AllocationCounts{0, ++bytes}; }, patient());
  EXPECT_FALSE(warm.settled);
  EXPECT_EQ(warm.note, "after 40 calls it still asked the device for memory");
}

TEST(WarmUpTest, makes_two_windows_even_when_its_time_is_up) {
  WarmUpLimits limits = patient();
  limits.most_seconds = 0;
  double time = 1;
  EXPECT_EQ(warm_up([&] { return time *= 2; }, none, limits).calls, 8u);
}

TEST(WarmUpTest, lets_errors_of_the_operator_through) {
  EXPECT_THROW(warm_up([]() -> double { throw std::runtime_error("bad"); }, none, patient()), std::runtime_error);
}

}  // namespace
}  // namespace attngate::test
