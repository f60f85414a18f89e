#include "attngate/kill_rate/judgement.h"

#include <gtest/gtest.h>

#include "attngate/kill_rate/thresholds.h"

namespace attngate::faults {
namespace {

Judgement killed(const std::string& name, std::int64_t sequences, std::int64_t tokens, double shrink_seconds,
                 std::uint64_t cases = 3) {
  Judgement judgement;
  judgement.name = name;
  judgement.killed = true;
  judgement.cases = cases;
  judgement.sequences = sequences;
  judgement.tokens = tokens;
  judgement.shrink_seconds = shrink_seconds;
  judgement.seconds = 1;
  return judgement;
}

Judgement survivor(const std::string& name, const std::string& unseen = "") {
  Judgement judgement;
  judgement.name = name;
  judgement.cases = 1000;
  judgement.seconds = 1;
  judgement.unseen = unseen;
  return judgement;
}

std::vector<Judgement> many(std::size_t count, const Judgement& judgement) {
  return std::vector<Judgement>(count, judgement);
}

TEST(SummaryTest, counts_the_judgements_of_its_dtype_alone) {
  std::vector<Judgement> judgements = {killed("a", 1, 2, 0.1), survivor("b"), killed("c", 1, 2, 0.1)};
  judgements.back().dtype = DType::bf16;
  const Summary summary = summarise(judgements, DType::fp32);
  EXPECT_EQ(summary.faults, 2u);
  EXPECT_EQ(summary.killed, 1u);
  EXPECT_EQ(summary.kill_rate(), 0.5);
  EXPECT_EQ(summary.seconds, 2);
  ASSERT_EQ(summary.survivors.size(), 1u);
  EXPECT_EQ(summary.survivors.front()->name, "b");
}

TEST(SummaryTest, takes_medians_over_the_killed_ones) {
  const Summary odd = summarise(
      {killed("a", 1, 2, 0, 1), killed("b", 9, 90, 0, 7), killed("c", 2, 4, 0, 5), survivor("d")}, DType::fp32);
  EXPECT_EQ(odd.median_sequences, 2);
  EXPECT_EQ(odd.median_tokens, 4);
  EXPECT_EQ(odd.median_cases, 5);
  const Summary even = summarise({killed("a", 1, 2, 0), killed("b", 2, 5, 0)}, DType::fp32);
  EXPECT_EQ(even.median_sequences, 1.5);
  EXPECT_EQ(even.median_tokens, 3.5);
}

TEST(SummaryTest, gives_the_time_within_which_95_percent_were_shrunk) {
  std::vector<Judgement> judgements = many(19, killed("fast", 1, 1, 1));
  judgements.push_back(killed("slow", 1, 1, 50));
  EXPECT_EQ(summarise(judgements, DType::fp32).shrink_seconds_95, 1);
  judgements.push_back(killed("slow too", 1, 1, 40));
  EXPECT_EQ(summarise(judgements, DType::fp32).shrink_seconds_95, 40);
}

TEST(SummaryTest, of_nothing_has_a_kill_rate_of_zero) {
  const Summary summary = summarise({}, DType::fp16);
  EXPECT_EQ(summary.kill_rate(), 0);
  EXPECT_EQ(shortfalls(summary).size(), 1u);
}

TEST(ShortfallsTest, are_none_where_everything_is_killed_small_and_fast) {
  EXPECT_TRUE(shortfalls(summarise(many(20, killed("a", 2, 6, 10)), DType::fp32)).empty());
}

TEST(ShortfallsTest, name_an_unexplained_survivor_even_where_the_rate_allows_it) {
  std::vector<Judgement> judgements = many(40, killed("a", 1, 1, 0));
  judgements.push_back(survivor("scale"));
  for (Judgement& judgement : judgements) judgement.dtype = DType::fp16;
  const std::vector<std::string> lines = shortfalls(summarise(judgements, DType::fp16));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines.front(), "fp16: scale survived, UNEXPLAINED");
}

TEST(ShortfallsTest, count_explained_survivors_in_the_rate) {
  std::vector<Judgement> judgements = many(9, killed("a", 1, 1, 0));
  judgements.push_back(survivor("b", "within the rounding"));
  const std::vector<std::string> lines = shortfalls(summarise(judgements, DType::fp32));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines.front(), "fp32: kill rate 90.0 %, must be 100 % or more");
}

TEST(ShortfallsTest, ask_least_of_bf16_and_most_of_fp32) {
  const Thresholds thresholds;
  EXPECT_EQ(thresholds.kill_rate(DType::fp32), 1);
  EXPECT_GT(thresholds.kill_rate(DType::fp32), thresholds.kill_rate(DType::fp16));
  EXPECT_GT(thresholds.kill_rate(DType::fp16), thresholds.kill_rate(DType::bf16));
}

TEST(ShortfallsTest, name_large_counterexamples_and_slow_shrinks) {
  const std::vector<std::string> lines = shortfalls(summarise(many(3, killed("a", 3, 7, 11)), DType::fp32));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_NE(lines[0].find("sequences 3"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find("tokens 7"), std::string::npos) << lines[1];
  EXPECT_NE(lines[2].find("seconds 11"), std::string::npos) << lines[2];
}

TEST(UnexplainedSurvivorsTest, leave_out_those_with_a_reason) {
  const std::vector<Judgement> judgements = {survivor("a", "rounding"), survivor("b")};
  EXPECT_EQ(unexplained_survivors(summarise(judgements, DType::fp32)),
            std::vector<std::string>{"fp32: b survived, UNEXPLAINED"});
}

TEST(ShortfallsTest, name_a_fault_that_never_ran_even_where_a_survivor_would_have_a_reason) {
  Judgement idle = survivor("idle", "within the rounding");
  idle.cases = 0;
  const std::vector<Judgement> judgements = {idle};
  const Summary summary = summarise(judgements, DType::fp32);
  EXPECT_TRUE(summary.survivors.empty());
  ASSERT_EQ(summary.never_ran.size(), 1u);
  EXPECT_EQ(unexplained_survivors(summary),
            std::vector<std::string>{"fp32: idle never ran: no property applied to it, or there was no time"});
}

}  // namespace
}  // namespace attngate::faults
