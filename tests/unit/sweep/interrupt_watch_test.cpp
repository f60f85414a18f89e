#include "attngate/sweep/interrupt_watch.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "unit/run/child_process.h"

namespace attngate::test {
namespace {

TEST(InterruptWatchTest, notes_the_first_signal_and_leaves_a_later_one_to_its_usual_effect) {
  ChildProcess child([] {
    const InterruptWatch watch;
    if (watch.interrupted()) return 1;
    ::raise(SIGINT);
    if (!watch.interrupted()) return 2;
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    ::raise(SIGTERM);
    return 3;
  });
  const ChildEnd end = child.wait();
  EXPECT_EQ(end.signal, SIGTERM) << end.exit_code;
}

TEST(InterruptWatchTest, takes_signals_that_follow_at_once_for_the_same_stop) {
  const InterruptWatch watch;
  for (const int signal : {SIGTERM, SIGTERM, SIGINT}) ::raise(signal);
  EXPECT_TRUE(watch.interrupted());
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
