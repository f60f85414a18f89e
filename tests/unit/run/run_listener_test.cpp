#include "attngate/run/run_listener.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "attngate/case/text.h"
#include "unit/run/fakes.h"

#include <rapidcheck/shrinkable/Create.h>

namespace attngate::test {
namespace {

// Writes down what it is told, each with the case's seed, which is its index in draw_fake().
class NoteTaker : public RunListener {
 public:
  explicit NoteTaker(std::vector<std::string>& notes, std::string name = "") : notes_(notes), name_(std::move(name)) {}

  void case_begins(const std::string& line) override { note("begins", parse_line(line)); }
  void case_ends() override { notes_.push_back(name_ + "ends"); }
  void case_checked(const CaseNews& news) override {
    note(news.again ? "checked again" : "checked", news.checked.value);
    cases_ = news.report.cases();
  }
  void case_fails(const CheckedCase& failed) override { note("fails", failed.value); }
  void case_shrunk(const Failure& failure) override { note("shrunk", failure.first.value); }
  void run_ends(RunReport& report) override {
    notes_.push_back(fmt::format("{}run ends {}", name_, to_string(report.status())));
  }

  std::uint64_t cases_of_last_news() const { return cases_; }

 private:
  void note(const std::string& what, const AttentionCase& value) {
    notes_.push_back(fmt::format("{}{} {}", name_, what, value.seed));
  }

  std::vector<std::string>& notes_;
  std::string name_;
  std::uint64_t cases_ = 0;
};

std::vector<std::string> notes_of(ForAllOptions options, const Shrinks& shrinks, const Check& check) {
  std::vector<std::string> notes;
  NoteTaker listener(notes);
  options.listeners = {&listener};
  for_all(options, draw_fake, shrinks, check);
  return notes;
}

TEST(RunListenerTest, hears_of_each_case_before_it_runs_and_when_it_was_checked) {
  EXPECT_EQ(
      notes_of(fake_options(2), {}, [](const AttentionCase&) { return holding(); }),
      (std::vector<std::string>{"begins 0", "ends", "checked 0", "begins 1", "ends", "checked 1", "run ends holds"}));
}

TEST(RunListenerTest, hears_of_a_failure_of_its_re_runs_and_of_its_shrinking) {
  const Shrinks no_smaller = [](const AttentionCase& value) { return rc::shrinkable::just(value); };
  const auto notes = notes_of(fake_options(5), no_smaller,
                              [](const AttentionCase& value) { return value.seed == 1 ? failing() : holding(); });
  const std::vector<std::string> first = {"begins 0", "ends", "checked 0"};
  const std::vector<std::string> failed = {"begins 1", "ends", "checked 1", "fails 1"};
  const std::vector<std::string> re_runs = {"begins 1", "ends", "begins 1", "ends"};
  const std::vector<std::string> still_holds = {"begins 0",
                                                "ends"};  // a process that fails everything is not shrunk in
  std::vector<std::string> expected;
  for (const auto& part : {first, failed, re_runs, still_holds}) std::ranges::copy(part, std::back_inserter(expected));
  expected.push_back("shrunk 1");
  expected.push_back("run ends failed");
  EXPECT_EQ(notes, expected);
}

TEST(RunListenerTest, hears_of_each_smaller_form_before_it_is_told_of_the_smallest) {
  const auto notes = notes_of(fake_options(5), shrinkable_case, [](const AttentionCase& value) {
    return value.batch_size() > 1 ? failing() : holding();
  });
  const auto fails = std::ranges::find(notes, "fails 1");
  const auto shrunk = std::ranges::find(notes, "shrunk 1");
  ASSERT_NE(shrunk, notes.end());
  EXPECT_GT(shrunk - fails, 2 * 4);  // two re-runs, the case that held, and smaller forms
}

TEST(RunListenerTest, hears_of_the_second_look_without_the_path_that_failed) {
  ForAllOptions options = fake_options(1);
  options.stop_at_first_failure = false;
  const auto notes = notes_of(options, {}, [](const AttentionCase&) { return failing(); });
  EXPECT_EQ(std::ranges::count(notes, "checked 0"), 1);
  EXPECT_EQ(std::ranges::count(notes, "checked again 0"), 1);
  EXPECT_EQ(std::ranges::count(notes, "shrunk 0"), 1);
}

TEST(RunListenerTest, hears_of_cases_that_the_property_does_not_apply_to) {
  const auto notes = notes_of(fake_options(1), {}, [](const AttentionCase& value) {
    Verdict verdict = holding();
    verdict.applicable = value.seed > 0;
    return verdict;
  });
  EXPECT_EQ(notes, (std::vector<std::string>{"begins 0", "ends", "checked 0", "begins 1", "ends", "checked 1",
                                             "run ends holds"}));
}

TEST(RunListenerTest, hears_what_the_run_comes_to_with_the_case_just_checked) {
  std::vector<std::string> notes;
  NoteTaker listener(notes);
  ForAllOptions options = fake_options(3);
  options.listeners = {&listener};
  for_all(options, draw_fake, {}, [](const AttentionCase&) { return holding(); });
  EXPECT_EQ(listener.cases_of_last_news(), 3u);
}

TEST(RunListenerTest, is_told_in_the_order_of_the_list) {
  std::vector<std::string> notes;
  NoteTaker first(notes, "first ");
  NoteTaker second(notes, "second ");
  ForAllOptions options = fake_options(1);
  options.listeners = {&first, &second};
  for_all(options, draw_fake, {}, [](const AttentionCase&) { return holding(); });
  ASSERT_EQ(notes.size(), 8u);
  EXPECT_EQ(notes[0], "first begins 0");
  EXPECT_EQ(notes[1], "second begins 0");
  EXPECT_EQ(notes[6], "first run ends holds");
  EXPECT_EQ(notes[7], "second run ends holds");
}

// A checker that cannot go on.
class DeadChecker : public CaseChecker {
 public:
  Verdict check(const AttentionCase&, const std::string&) override { throw std::runtime_error("no workers left"); }
  void quarantine(const std::string&) override {}
  void begin_search(const Verdict&) override {}
  void end_search() override {}
  bool isolates() const override { return true; }
};

TEST(RunListenerTest, hears_the_end_of_a_run_that_could_not_go_on) {
  std::vector<std::string> notes;
  NoteTaker listener(notes);
  ForAllOptions options = fake_options(3);
  options.listeners = {&listener};
  DeadChecker checker;
  EXPECT_EQ(for_all(options, draw_fake, {}, checker).error, "no workers left");
  EXPECT_EQ(notes, (std::vector<std::string>{"begins 0", "run ends error"}));
}

class FullDisk : public RunListener {
 public:
  void run_ends(RunReport& report) override { report.error = "the disk is full"; }
};

TEST(RunListenerTest, that_could_not_record_the_run_makes_it_an_error_for_those_behind_it) {
  std::vector<std::string> notes;
  FullDisk full_disk;
  NoteTaker listener(notes);
  ForAllOptions options = fake_options(1);
  options.listeners = {&full_disk, &listener};
  const RunReport report = for_all(options, draw_fake, {}, [](const AttentionCase&) { return holding(); });
  EXPECT_EQ(report.status(), RunStatus::error);
  EXPECT_EQ(notes.back(), "run ends error");
}

}  // namespace
}  // namespace attngate::test
