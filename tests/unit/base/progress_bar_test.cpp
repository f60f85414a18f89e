#include "attngate/base/progress_bar.h"

#include <gtest/gtest.h>

namespace attngate {
namespace {

TEST(ProgressBarText, says_how_far_it_is_how_fast_and_how_long_it_will_take) {
  EXPECT_EQ(progress_bar_text(10, 6, 5, 0, 2, "gate.self"),
            "[##########..........] 6 of 10, 2.5/s, 2 s left  gate.self");
}

TEST(ProgressBarText, knows_no_rate_before_the_first_has_ended) {
  EXPECT_EQ(progress_bar_text(4, 1, 0, 0, 3, "a"), "[....................] 1 of 4  a");
}

TEST(ProgressBarText, leaves_what_was_there_before_out_of_the_rate) {
  EXPECT_EQ(progress_bar_text(4, 3, 2, 2, 3, "a"), "[##########..........] 3 of 4  a");
  EXPECT_EQ(progress_bar_text(4, 4, 3, 2, 2, "a"), "[###############.....] 4 of 4, 0.5/s, 2 s left  a");
}

TEST(ProgressBarText, is_full_where_more_is_done_than_was_counted) {
  EXPECT_EQ(progress_bar_text(2, 4, 3, 0, 3, "a"), "[####################] 2 of 2, 1/s, 0 s left  a");
}

}  // namespace
}  // namespace attngate
