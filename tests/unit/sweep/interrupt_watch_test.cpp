#include "attngate/sweep/interrupt_watch.h"

#include <gtest/gtest.h>

namespace attngate::test {
namespace {

TEST(InterruptWatchTest, notes_the_first_signal_and_leaves_the_second_to_its_usual_effect) {
  const InterruptWatch watch;
  EXPECT_FALSE(watch.interrupted());
  ::raise(SIGINT);
  EXPECT_TRUE(watch.interrupted());
  struct sigaction now {};
  ::sigaction(SIGINT, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST(InterruptWatchTest, forgets_the_signals_of_an_earlier_one_and_puts_the_handlers_back) {
  struct sigaction before {
  }, after{};
  ::sigaction(SIGTERM, nullptr, &before);
  {
    const InterruptWatch watch;
    EXPECT_FALSE(watch.interrupted());
    ::raise(SIGTERM);
    EXPECT_TRUE(watch.interrupted());
  }
  ::sigaction(SIGTERM, nullptr, &after);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
  const InterruptWatch next;
  EXPECT_FALSE(next.interrupted());
}

}  // namespace
}  // namespace attngate::test
