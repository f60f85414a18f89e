#include "attngate/run/last_words.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <utility>

#include "attngate/case/text.h"
#include "attngate/run/journal.h"
#include "unit/run/child_process.h"
#include "unit/run/fakes.h"

namespace attngate::test {
namespace {

// The case with which the children below come to grief.
const AttentionCase third_case = draw_fake(2);

// Runs cases in a child; on the third one it calls `end`.
class DyingRun {
 public:
  explicit DyingRun(const std::function<void()>& end, double timeout_seconds = 60)
      : child_([&] {
          ForAllOptions options = fake_options(10);
          LastWords last_words(fake_run, timeout_seconds);
          Journal record(journal(), fake_run.test, fake_run.seed);
          options.listeners = {&last_words, &record};
          const RunReport report = for_all(options, draw_fake, shrinkable_case, [&](const AttentionCase& value) {
            if (value == third_case) end();
            return holding();
          });
          return report.exit_code();
        }) {}

  std::string journal() const { return folder_ / "fake.journal"; }
  ChildProcess& child() { return child_; }

 private:
  ScratchFolder folder_;
  ChildProcess child_;
};

void loop_forever() {
  for (;;) ::usleep(1000);
}

std::string words_for(const std::string& signal) {
  return "attngate: died by " + signal + " in case: " + to_line(third_case) +
         "\nattngate: replay with: attngate replay --property fake --device cpu '" + to_line(third_case) + "'\n";
}

TEST(LastWordsTest, leave_the_case_in_the_journal_after_kill_9) {
  DyingRun run([] { ::kill(::getpid(), SIGKILL); });
  EXPECT_EQ(run.child().wait().signal, SIGKILL);
  EXPECT_EQ(case_in_flight(run.journal()), to_line(third_case));
}

TEST(LastWordsTest, name_the_case_on_abort_and_die_of_it) {
  DyingRun run([] { std::abort(); });
  const ChildEnd end = run.child().wait();
  EXPECT_EQ(end.signal, SIGABRT);
  EXPECT_NE(end.errors.find(words_for("SIGABRT")), std::string::npos) << end.errors;
  EXPECT_EQ(case_in_flight(run.journal()), to_line(third_case));
}

TEST(LastWordsTest, name_the_case_on_every_announced_signal) {
  const std::pair<int, const char*> signals[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
                                                 {SIGILL, "SIGILL"},   {SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"}};
  for (const auto& [number, name] : signals) {
    DyingRun run([number = number] { ::raise(number); });
    const ChildEnd end = run.child().wait();
    EXPECT_EQ(end.signal, number);
    EXPECT_NE(end.errors.find(words_for(name)), std::string::npos) << end.errors;
  }
}

TEST(LastWordsTest, name_the_case_that_calls_exit_whatever_code_it_gives) {
  for (const auto& exit :
       {std::function<void()>([] { std::exit(0); }), std::function<void()>([] { std::quick_exit(3); })}) {
    DyingRun run(exit);
    const ChildEnd end = run.child().wait();
    EXPECT_EQ(end.exit_code, 1);
    EXPECT_NE(end.errors.find("attngate: ended by exit() in case: " + to_line(third_case) +
                              "\nattngate: replay with: attngate replay --property fake"),
              std::string::npos)
        << end.errors;
  }
}

TEST(LastWordsTest, leave_an_exit_of_a_child_to_itself_and_one_behind_the_run_too) {
  ChildProcess parent([]() -> int {
    {
      LastWords words({"t", "fake", "cpu", 0}, 60);
      words.case_begins("line");
      ChildProcess child([]() -> int { std::exit(5); });
      if (child.wait().exit_code != 5) return 7;
    }
    std::exit(6);
  });
  const ChildEnd end = parent.wait();
  EXPECT_EQ(end.exit_code, 6);
  EXPECT_EQ(end.errors, "");
}

int dive(int depth) {
  volatile char frame[4096] = {};
  frame[0] = static_cast<char>(depth);
  return depth < 0 ? 0 : dive(depth + 1) + frame[0];
}

TEST(LastWordsTest, name_the_case_when_the_stack_overflows) {
  DyingRun run([] { dive(0); });
  const ChildEnd end = run.child().wait();
  EXPECT_EQ(end.signal, SIGSEGV);
  EXPECT_NE(end.errors.find(words_for("SIGSEGV")), std::string::npos) << end.errors;
}

TEST(LastWordsTest, name_the_case_of_an_endless_loop_that_someone_ends) {
  DyingRun run(loop_forever);
  ASSERT_TRUE(wait_for_text(run.journal(), to_line(third_case) + "\n"));
  run.child().send(SIGTERM);
  const ChildEnd end = run.child().wait();
  EXPECT_EQ(end.signal, SIGTERM);
  EXPECT_NE(end.errors.find(words_for("SIGTERM")), std::string::npos) << end.errors;
}

TEST(LastWordsTest, leave_the_case_of_an_endless_loop_in_the_journal_after_kill_9) {
  DyingRun run(loop_forever);
  ASSERT_TRUE(wait_for_text(run.journal(), to_line(third_case) + "\n"));
  run.child().send(SIGKILL);
  EXPECT_EQ(run.child().wait().signal, SIGKILL);
  EXPECT_EQ(case_in_flight(run.journal()), to_line(third_case));
}

TEST(LastWordsTest, end_a_case_that_hangs_and_name_it) {
  DyingRun run(loop_forever, 1);
  const ChildEnd end = run.child().wait();
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_NE(
      end.errors.find("attngate: hang: no end after 1 s in case: " + to_line(third_case) + "\nattngate: replay with: "),
      std::string::npos)
      << end.errors;
  EXPECT_EQ(case_in_flight(run.journal()), to_line(third_case));
}

TEST(LastWordsTest, do_not_count_the_time_in_which_the_process_stood_still) {
  DyingRun run(
      [] {
        for (int step = 0; step < 100; ++step) ::usleep(10'000);
      },
      2);
  ASSERT_TRUE(wait_for_text(run.journal(), to_line(third_case) + "\n"));
  run.child().send(SIGSTOP);
  ::usleep(3'000'000);
  run.child().send(SIGCONT);
  const ChildEnd end = run.child().wait();
  EXPECT_EQ(end.exit_code, 0) << end.errors;
}

TEST(LastWordsTest, say_nothing_about_cases_that_end_in_time) {
  DyingRun run([] { ::usleep(700'000); }, 3);  // the watchdog looks twice meanwhile
  const ChildEnd end = run.child().wait();
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.errors, "");
}

TEST(LastWordsTest, say_so_when_no_case_is_running) {
  ChildProcess child([]() -> int {
    LastWords words({"t", "fake", "cpu", 0}, 60);
    words.case_begins("line");
    words.case_ends();
    std::abort();
  });
  const ChildEnd end = child.wait();
  EXPECT_EQ(end.signal, SIGABRT);
  EXPECT_NE(end.errors.find("attngate: died by SIGABRT between cases\n"), std::string::npos) << end.errors;
  EXPECT_EQ(end.errors.find("line"), std::string::npos) << end.errors;
}

TEST(LastWordsTest, cut_a_line_that_is_too_long_to_print) {
  ChildProcess child([]() -> int {
    LastWords words({"t", "fake", "cpu", 0}, 60);
    words.case_begins(std::string(200'000, 'x'));
    std::abort();
  });
  const ChildEnd end = child.wait();
  EXPECT_EQ(end.signal, SIGABRT);
  EXPECT_LT(end.errors.size(), 70'000u);
  EXPECT_TRUE(end.errors.ends_with("(too long to print; the journal has the whole line)\n"));
}

TEST(LastWordsTest, put_earlier_handlers_back) {
  struct sigaction before {
  }, inside{}, after{};
  ::sigaction(SIGTERM, nullptr, &before);
  {
    const LastWords words({"t", "fake", "cpu", 0}, 60);
    ::sigaction(SIGTERM, nullptr, &inside);
  }
  ::sigaction(SIGTERM, nullptr, &after);
  EXPECT_NE(inside.sa_handler, before.sa_handler);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

TEST(LastWordsTest, refuse_a_second_one) {
  const LastWords words({"t", "fake", "cpu", 0}, 60);
  EXPECT_THROW(LastWords({"t", "fake", "cpu", 0}, 60), std::logic_error);
}

}  // namespace
}  // namespace attngate::test
