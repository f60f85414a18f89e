#include "attngate/base/running_time.h"

#include <gtest/gtest.h>

namespace attngate::test {
namespace {

TEST(RunningTimeTest, counts_steps_that_take_as_long_as_they_were_to_take_or_somewhat_longer) {
  RunningTime time;
  EXPECT_EQ(time.add(0.02, 0.02), 0);
  EXPECT_EQ(time.add(0.3, 0.02), 0);
  EXPECT_DOUBLE_EQ(time.seconds(), 0.32);
  EXPECT_EQ(time.stood_still(), 0);
}

TEST(RunningTimeTest, counts_a_step_in_which_the_process_stood_still_as_it_was_meant) {
  RunningTime time;
  EXPECT_DOUBLE_EQ(time.add(60.02, 0.02), 60);
  EXPECT_NEAR(time.seconds(), 0.02, 1e-9);
  EXPECT_DOUBLE_EQ(time.stood_still(), 60);
}

TEST(RunningTimeTest, takes_the_time_of_its_steps_itself) {
  RunningTime time;
  const Elapsed elapsed;
  while (elapsed.seconds() < 0.05) time.step_ends(0.001);
  EXPECT_NEAR(time.seconds(), 0.05, 0.04);
}

}  // namespace
}  // namespace attngate::test
