#include "attngate/timing/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "attngate/samples/sampling_plan.h"
#include "attngate/timing/spin.h"
#include "attngate/values/device_stream.h"
#include "device_under_test.h"

namespace attngate {
namespace {

/// Spins 50 us, and writes its letter down.
RoundOperator writing(std::string& text, char letter) {
  RoundOperator one;
  one.timed = {std::string(1, letter), [&text, letter] { text += letter, spin(device_under_test(), 50); }};
  one.setting = {Quantity::throughput, 1, /*flush_cache=*/false};
  return one;
}

/// As writing(), of isolated latency: exactly one call a sample.
RoundOperator writing_once(std::string& text, char letter) {
  RoundOperator one = writing(text, letter);
  one.setting.quantity = Quantity::isolated_latency;
  return one;
}

TEST(TimingSampler, takes_each_operator_once_a_round_in_the_order_of_the_seed) {
  Sampler sampler(device_under_test());
  std::string calls, expected;
  FixedRounds stopping(7);
  const SampledRounds sampled = sampler.sample(
      {writing_once(calls, 'a'), writing_once(calls, 'b'), writing_once(calls, 'c')}, {.seed = 42}, stopping);
  EXPECT_EQ(sampled.rounds, 7u);
  RoundOrders orders(42);
  for (const std::vector<std::size_t>& order : sampled.orders) {
    EXPECT_EQ(order, orders.next({0, 1, 2}));
    for (const std::size_t position : order) expected += "abc"[position];
  }
  EXPECT_EQ(calls, expected);
  for (const std::vector<Sample>& samples : sampled.samples) EXPECT_EQ(samples.size(), 7u);
}

TEST(TimingSampler, goes_on_for_as_long_as_the_criterion_asks_for) {
  struct UntilCalls : StoppingCriterion {
    bool ends(const RoundsSoFar& so_far) override {
      EXPECT_EQ(so_far.samples[0].size(), so_far.rounds);
      EXPECT_GE(so_far.seconds, earlier);
      earlier = so_far.seconds;
      return so_far.rounds == 5;
    }
    double earlier = 0;
  } stopping;
  Sampler sampler(device_under_test());
  std::string calls;
  EXPECT_EQ(sampler.sample({writing_once(calls, 'a')}, {}, stopping).rounds, 5u);
  EXPECT_EQ(calls, "aaaaa");
}

TEST(TimingSampler, leaves_an_operator_out_that_has_had_its_rounds) {
  Sampler sampler(device_under_test());
  std::string calls;
  std::vector<RoundOperator> operators = {writing_once(calls, 'a'), writing_once(calls, 'b'), writing_once(calls, 'c')};
  operators[1].most_rounds = 2;
  operators[2].most_rounds = 0;
  FixedRounds stopping(6);
  const SampledRounds sampled = sampler.sample(operators, {}, stopping);
  EXPECT_EQ(sampled.samples[0].size(), 6u);
  EXPECT_EQ(sampled.samples[1].size(), 2u);
  EXPECT_EQ(sampled.samples[2].size(), 0u);
  EXPECT_EQ(std::ranges::count(calls, 'b'), 2);
  EXPECT_EQ(std::ranges::count(calls, 'c'), 0);
}

TEST(TimingSampler, makes_a_call_that_does_not_count_before_each_sample_where_asked_to) {
  Sampler sampler(device_under_test());
  std::string calls;
  RoundOperator led = writing_once(calls, 'a');
  led.led_by_call = true;
  FixedRounds stopping(3);
  EXPECT_EQ(sampler.sample({led}, {}, stopping).samples[0].size(), 3u);
  EXPECT_EQ(calls, "aaaaaa");
}

TEST(TimingSampler, takes_no_sample_of_another_quantity_again) {
  Sampler sampler(device_under_test());
  std::string calls;
  RoundOperator patient = writing_once(calls, 'a');
  patient.attempts = 4;
  FixedRounds stopping(3);
  sampler.sample({patient}, {.seed = 1, .repeats = 100}, stopping);
  EXPECT_EQ(calls, "aaa");
}

/// GPU time of an operator that waits where nobody sees it, so that its launches always show.
RoundOperator waiting(std::string& text, char letter) {
  RoundOperator one = writing(text, letter);
  one.timed.call = [&text, letter] {
    text += letter;
    spin(device_under_test(), 50);
    synchronize(device_under_test());
  };
  one.setting.quantity = Quantity::gpu_time;
  return one;
}

TEST(TimingSampler, takes_a_sample_in_which_launches_show_again_but_not_where_that_did_not_help_before) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no queue";
  Sampler sampler(device_under_test());
  std::string calls;
  RoundOperator one = waiting(calls, 'a');
  one.attempts = 4;
  FixedRounds stopping(3);
  const SampledRounds sampled = sampler.sample({one}, {}, stopping);
  EXPECT_EQ(calls, "aaaaaa") << "four in the first round, and one in each other";
  for (const Sample& sample : sampled.samples[0]) EXPECT_TRUE(shows_launches(sample, one.setting));
}

TEST(TimingSampler, takes_rounds_in_which_launches_show_again_as_often_as_it_may) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no queue";
  Sampler sampler(device_under_test());
  std::string calls;
  FixedRounds stopping(3);
  EXPECT_EQ(sampler.sample({waiting(calls, 'a')}, {.seed = 1, .repeats = 5}, stopping).rounds, 3u);
  EXPECT_EQ(calls.size(), 3u + 5u);
}

TEST(TimingSampler, of_nothing_takes_no_round_and_asks_no_criterion) {
  struct Unasked : StoppingCriterion {
    bool ends(const RoundsSoFar&) override { throw std::logic_error("asked"); }
  } stopping;
  Sampler sampler(device_under_test());
  EXPECT_EQ(sampler.sample({}, {}, stopping).rounds, 0u);
}

}  // namespace
}  // namespace attngate
