#include "attngate/verdict/blame.h"

#include <gtest/gtest.h>

#include "unit/run/fakes.h"

namespace attngate::test {
namespace {

TEST(BlameTest, falls_on_the_first_path_that_does_not_hold) {
  Verdict verdict = failing();
  verdict.paths.insert(verdict.paths.begin(), {holding(0.1, "healthy").paths.front()});
  verdict.paths.push_back(disaster("late", PathStatus::crashed, "died by SIGSEGV").paths.front());
  EXPECT_EQ(blame_of(verdict), (Blame{"fake", PathStatus::wrong_result}));
}

TEST(BlameTest, falls_on_nobody_where_a_verdict_holds_or_names_no_path) {
  Verdict exception;
  exception.holds = false;
  EXPECT_EQ(blame_of(holding()), std::nullopt);
  EXPECT_EQ(blame_of(exception), std::nullopt);
}

TEST(BlameTest, of_a_pair_or_of_a_death_outside_the_paths_is_no_single_path_s) {
  EXPECT_TRUE((Blame{"nn_mha_fast.flash", PathStatus::hung}.is_one_path()));
  EXPECT_FALSE((Blame{"a ~ b", PathStatus::wrong_result}.is_one_path()));
  EXPECT_FALSE(blame_of(disaster("", PathStatus::crashed, "died by SIGSEGV"))->is_one_path());
}

TEST(BlameTest, is_alike_only_for_the_same_path_and_the_same_kind_of_failure) {
  const Verdict crash = disaster("a", PathStatus::crashed, "died by SIGSEGV");
  EXPECT_TRUE(fails_alike(disaster("a", PathStatus::crashed, "exited with code 3"), blame_of(crash)));
  EXPECT_FALSE(fails_alike(disaster("a", PathStatus::hung, "no end"), blame_of(crash)));
  EXPECT_FALSE(fails_alike(disaster("b", PathStatus::crashed, "died by SIGSEGV"), blame_of(crash)));
  EXPECT_FALSE(fails_alike(holding(0.1, "a"), blame_of(crash)));
}

TEST(BlameTest, of_an_exception_is_alike_only_to_another_one) {
  Verdict exception;
  exception.holds = false;
  EXPECT_TRUE(fails_alike(exception, std::nullopt));
  EXPECT_FALSE(fails_alike(failing(), std::nullopt));
  EXPECT_FALSE(fails_alike(holding(), std::nullopt));
  exception.applicable = false;
  EXPECT_FALSE(fails_alike(exception, std::nullopt));
}

TEST(BlameTest, is_a_disaster_where_the_path_took_its_process_with_it) {
  for (const PathStatus status :
       {PathStatus::crashed, PathStatus::hung, PathStatus::device_lost, PathStatus::out_of_memory}) {
    EXPECT_TRUE(is_disaster(disaster("a", status, "")));
  }
  EXPECT_FALSE(is_disaster(failing()));
  EXPECT_FALSE(is_disaster(holding()));
}

TEST(BlameTest, is_an_error_s_where_something_was_raised_and_not_where_results_are_wrong) {
  Verdict exception;
  exception.holds = false;
  EXPECT_TRUE(fails_by_an_error(exception));
  for (const PathStatus raised : {PathStatus::unexpected_error, PathStatus::out_of_memory, PathStatus::device_lost})
    EXPECT_TRUE(fails_by_an_error(disaster("a", raised, "raised"))) << to_string(raised);
  for (const PathStatus other : {PathStatus::wrong_result, PathStatus::crashed, PathStatus::hung})
    EXPECT_FALSE(fails_by_an_error(disaster("a", other, "seen"))) << to_string(other);
  EXPECT_FALSE(fails_by_an_error(holding()));
}

TEST(BlameTest, of_a_disaster_says_who_how_and_why) {
  EXPECT_EQ(disaster("a", PathStatus::hung, "no end after 10 s").reason, "a: hung: no end after 10 s");
  EXPECT_EQ(disaster("", PathStatus::crashed, "died by SIGBUS").reason, "(outside the paths): crashed: died by SIGBUS");
}

}  // namespace
}  // namespace attngate::test
