#include "attngate/base/elapsed.h"

#include <gtest/gtest.h>

#include <thread>

namespace attngate::test {
namespace {

TEST(Elapsed, counts_from_when_it_was_made) {
  const Elapsed elapsed;
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  EXPECT_GE(elapsed.us(), 2000);
  EXPECT_GE(elapsed.seconds(), 0.002);
  EXPECT_LT(elapsed.seconds(), 60);
}

TEST(Elapsed, begins_anew_with_each_lap) {
  const Elapsed all;
  Elapsed lap;
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const double first = lap.lap_us(), second = lap.lap_us();
  EXPECT_GE(first, 20'000);
  EXPECT_LT(second, first);
  EXPECT_LE(first + second, all.us());
}

}  // namespace
}  // namespace attngate::test
