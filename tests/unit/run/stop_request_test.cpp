#include "attngate/run/stop_request.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "attngate/run/last_words.h"
#include "unit/run/child_process.h"
#include "unit/run/fakes.h"

namespace attngate::test {
namespace {

TEST(StopRequestTest, notes_the_first_signal_and_says_which) {
  const StopRequest stop;
  EXPECT_EQ(noted_stop(), 0);
  EXPECT_NO_THROW(throw_if_stopped());
  ::raise(SIGHUP);
  EXPECT_EQ(noted_stop(), SIGHUP);
  try {
    throw_if_stopped();
    ADD_FAILURE() << "it goes on";
  } catch (const RunStopped& stopped) {
    EXPECT_STREQ(stopped.what(), "stopped by SIGHUP");
  }
}

TEST(StopRequestTest, forgets_what_it_noted_and_puts_earlier_handlers_back) {
  struct sigaction before {
  }, after{};
  ::sigaction(SIGTERM, nullptr, &before);
  {
    const StopRequest stop;
    ::raise(SIGTERM);
  }
  EXPECT_NO_THROW(throw_if_stopped());
  ::sigaction(SIGTERM, nullptr, &after);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

TEST(StopRequestTest, takes_signals_that_follow_at_once_for_the_same_stop) {
  const StopRequest stop;
  for (const int signal : {SIGTERM, SIGTERM, SIGINT}) ::raise(signal);
  EXPECT_EQ(noted_stop(), SIGTERM);
}

TEST(StopRequestTest, lets_the_second_signal_end_the_process) {
  ChildProcess child([]() -> int {
    const StopRequest stop;
    ::raise(SIGTERM);
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    ::raise(SIGINT);
    return 0;
  });
  EXPECT_EQ(child.wait().signal, SIGINT);
}

TEST(StopRequestTest, leaves_ignored_signals_ignored) {
  ChildProcess child([]() -> int {
    std::signal(SIGHUP, SIG_IGN);
    const StopRequest stop;
    ::raise(SIGHUP);
    return noted_stop();
  });
  EXPECT_EQ(child.wait().exit_code, 0);
}

TEST(StopRequestTest, ends_the_process_by_the_signal_that_was_noted) {
  ChildProcess child([]() -> int {
    const StopRequest stop;
    ::raise(SIGTERM);
    end_by(noted_stop());
  });
  EXPECT_EQ(child.wait().signal, SIGTERM);
}

TEST(StopRequestTest, is_named_with_the_case_by_the_last_words_which_let_it_go_on) {
  ChildProcess child([]() -> int {
    const StopRequest stop;
    LastWords words(fake_run, 60);
    words.case_begins("the case");
    ::raise(SIGTERM);
    return noted_stop() == SIGTERM ? 7 : 0;
  });
  const ChildEnd end = child.wait();
  EXPECT_EQ(end.exit_code, 7);
  EXPECT_NE(end.errors.find("attngate: stopped by SIGTERM in case: the case\nattngate: replay with: "),
            std::string::npos)
      << end.errors;
}

}  // namespace
}  // namespace attngate::test
