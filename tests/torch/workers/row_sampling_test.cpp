#include "attngate/workers/row_sampling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "attngate/timing/spin.h"
#include "device_under_test.h"

namespace attngate {
namespace {

/// Spins end with the clock's next step, so that ratios may all be the same and their interval may have no width at
/// all.
constexpr double no_interval_is_so_narrow = -1;

TimedOperator spinning(double us) {
  return {"spin", [us] { spin(device_under_test(), us); }};
}

SweepRequest request_of(std::size_t operators) {
  SweepRequest request;
  request.operators.assign(operators, {.label = "spin", .path = "spin"});
  request.speedups = {{0, 1}};
  return request;
}

SweepAnswer sample(const std::vector<std::optional<TimedOperator>>& operators, const SweepRequest& request) {
  SweepAnswer answer;
  answer.operators.resize(operators.size());
  Sampler sampler(device_under_test());
  sample_row(sampler, operators, request, answer);
  return answer;
}

/// The first of some answers that is within a tenth of the true speedup, or the last. A GPU has one try; on the CPU
/// other processes may take any time from most of the samples, but not from those of ten tries.
SweepAnswer best_of_tries(double us, const SweepRequest& request) {
  const int tries = device_under_test().is_cuda() ? 1 : 10;
  SweepAnswer answer;
  for (int count = 0; count < tries; ++count) {
    answer = sample({spinning(3 * us), spinning(us)}, request);
    const bool close =
        answer.speedups[0] && std::abs(answer.speedups[0]->centre - 3) < 0.3 && answer.operators[1].us < 1.15 * us;
    if (close) break;
  }
  return answer;
}

TEST(TimingRowSampling, recovers_a_known_speedup_of_short_and_of_long_operators) {
  for (const auto& [us, quantity] : {std::pair(40.0, Quantity::gpu_time), std::pair(1000.0, Quantity::gpu_time),
                                     std::pair(40.0, Quantity::throughput), std::pair(1000.0, Quantity::throughput)}) {
    SweepRequest request = request_of(2);
    request.quantity = quantity;
    request.rule.most_seconds = 0.2;
    const SweepAnswer answer = best_of_tries(us, request);
    ASSERT_TRUE(answer.speedups[0]);
    // A kernel takes about 2 us beside its spin.
    EXPECT_NEAR(answer.speedups[0]->centre, 3, 0.3) << us;
    EXPECT_NEAR(answer.operators[1].us, us, 0.15 * us) << us;
    EXPECT_LE(answer.speedups[0]->lower, answer.speedups[0]->centre);
    EXPECT_GE(answer.speedups[0]->upper, answer.speedups[0]->centre);
    EXPECT_FALSE(answer.operators[0].launches_show || answer.operators[1].launches_show) << us;
  }
}

TEST(TimingRowSampling, ends_with_the_least_rounds_where_the_interval_is_narrow_enough) {
  SweepRequest request = request_of(2);
  request.rule.width = 100;
  EXPECT_EQ(sample({spinning(300), spinning(300)}, request).rounds, request.rule.least_rounds);
}

TEST(TimingRowSampling, goes_on_to_the_most_rounds_where_it_never_is) {
  SweepRequest request = request_of(2);
  request.rule = {.width = no_interval_is_so_narrow, .least_rounds = 3, .most_rounds = 12, .most_seconds = 60};
  EXPECT_EQ(sample({spinning(100), spinning(100)}, request).rounds, 12u);
}

TEST(TimingRowSampling, samples_a_bystander_in_the_first_rounds_only_and_still_knows_its_time) {
  int calls = 0;
  SweepRequest request = request_of(3);
  request.rule = {.width = no_interval_is_so_narrow, .least_rounds = 3, .most_rounds = 30, .most_seconds = 60};
  request.operators[2].every_round = false;
  const TimedOperator counted{"counted", [&] {
                                ++calls;
                                spin(device_under_test(), 600);
                              }};
  const SweepAnswer answer = sample({spinning(100), spinning(100), counted}, request);
  EXPECT_EQ(answer.rounds, 30u);
  EXPECT_GE(calls, 4) << "one to warm up, and one in each of three rounds";
  EXPECT_LE(calls, 3 + 3 * 2) << "three to warm up, and two in each of three rounds at most";
  EXPECT_GE(answer.operators[2].us, 599);
  if (device_under_test().is_cuda()) {
    EXPECT_NEAR(answer.operators[2].us, 600, 90);
  }
}

TEST(TimingRowSampling, times_what_is_there_and_knows_no_speedup_without_one_of_its_two) {
  const SweepRequest request = request_of(2);
  const SweepAnswer answer = sample({spinning(300), std::nullopt}, request);
  EXPECT_GT(answer.operators[0].us, 0);
  EXPECT_EQ(answer.operators[1].us, 0);
  ASSERT_EQ(answer.speedups.size(), 1u);
  EXPECT_FALSE(answer.speedups[0]);
  EXPECT_EQ(answer.rounds, request.rule.least_rounds);
}

TEST(TimingRowSampling, of_nothing_takes_no_round) {
  EXPECT_EQ(sample({std::nullopt, std::nullopt}, request_of(2)).rounds, 0u);
}

}  // namespace
}  // namespace attngate
