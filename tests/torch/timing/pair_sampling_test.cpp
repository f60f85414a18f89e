#include "attngate/timing/pair_sampling.h"
#include "attngate/base/median.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <stdexcept>
#include <utility>

#include "attngate/report/samples_json.h"
#include "attngate/samples/sampling_plan.h"
#include "attngate/timing/spin.h"
#include "attngate/values/device_stream.h"
#include "device_under_test.h"
#include "timing/figures.h"
#include "timing/spinning_operator.h"

namespace attngate {
namespace {

TimedOperator spinning(double us) { return SpinningOperator(us).timed(); }

/// As few pairs as there may be, since a flush of the CPU's cache takes 10 ms, and all of them on a busy machine too.
SamplingOptions quick(Quantity quantity = Quantity::gpu_time) {
  SamplingOptions options;
  options.quantity = quantity;
  options.seed = 42;
  options.most_pairs = least_pairs;
  options.budget_seconds = 100;
  options.warm_up.most_seconds = 0.1;
  return options;
}

TEST(TimingPairSampling, recovers_a_planted_ratio) {
  Sampler sampler(device_under_test());
  const SpinningOperator base(1000), candidate(1200);
  const PairedSamples samples = sample_pairs(sampler, base.timed(), candidate.timed(), quick());
  ASSERT_EQ(samples.calls_per_sample, 1u);
  const std::vector<double> found = log_ratios(samples);
  std::vector<double> errors;
  for (std::size_t pair = 0; pair < found.size(); ++pair) {
    const std::size_t later = found.size() - 1 - pair;
    errors.push_back(found[pair] - std::log(candidate.true_us(1, later) / base.true_us(1, later)));
  }
  show("ratio_of_1200_to_1000_us", std::exp(median_of(found)), "");
  EXPECT_NEAR(median_of(errors), 0, 0.005);
}

TEST(TimingPairSampling, takes_an_odd_number_of_pairs_in_the_order_of_the_seed) {
  Sampler sampler(device_under_test());
  std::string order;
  const TimedOperator base{"base", [&] { order += 'b', spin(device_under_test(), 300); }};
  const TimedOperator candidate{"candidate", [&] { order += 'c', spin(device_under_test(), 300); }};
  SamplingOptions options = quick();
  options.flush_cache = false;
  const PairedSamples samples = sample_pairs(sampler, base, candidate, options);
  ASSERT_EQ(samples.pairs.size(), least_pairs);
  ASSERT_EQ(samples.calls_per_sample, 1u);
  RoundOrders orders(42);
  std::string expected;
  for (const SamplePair& pair : samples.pairs) {
    const bool candidate_first = orders.next({0, 1}).front() == 1;
    EXPECT_EQ(pair.candidate_first, candidate_first);
    expected += candidate_first ? "cb" : "bc";
  }
  EXPECT_TRUE(order.ends_with(expected)) << order;
}

TEST(TimingPairSampling, calls_short_operators_often_for_each_sample_and_both_equally_often) {
  Sampler sampler(device_under_test());
  const PairedSamples samples = sample_pairs(sampler, spinning(50), spinning(400), quick());
  // A spin takes its 50 us and up to 10 us of starting and ending; on the CPU other processes may add to it.
  EXPECT_LE(samples.calls_per_sample, 4u);
  if (device_under_test().is_cuda()) {
    EXPECT_EQ(samples.calls_per_sample, 4u);
  }
  // The time of one call, and not of all.
  EXPECT_GE(median_of(candidate_times(samples)), 399);
  if (device_under_test().is_cuda()) {
    EXPECT_LT(median_of(candidate_times(samples)), 410);
  }
}

TEST(TimingPairSampling, keeps_to_its_budget_and_says_so) {
  Sampler sampler(device_under_test());
  SamplingOptions options = quick();
  options.most_pairs = 100'001;
  options.budget_seconds = 0.1;
  const PairedSamples samples = sample_pairs(sampler, spinning(300), spinning(300), options);
  EXPECT_EQ(samples.pairs.size() % 2, 1u);
  EXPECT_LT(samples.pairs.size(), 334u) << "100 ms hold no more pairs of 600 us";
  ASSERT_FALSE(samples.notes.empty());
  EXPECT_NE(samples.notes.back().find("in place of 100001: the budget is 0.1 s"), std::string::npos)
      << samples.notes.back();
}

TEST(TimingPairSampling, says_what_was_measured_and_how) {
  Sampler sampler(device_under_test());
  for (const Quantity quantity : {Quantity::isolated_latency, Quantity::gpu_time, Quantity::throughput}) {
    TimedOperator base = spinning(300);
    base.name = "base";
    base.backend = "flash";
    const PairedSamples samples = sample_pairs(sampler, base, spinning(300), quick(quantity));
    EXPECT_EQ(samples.quantity, quantity);
    EXPECT_EQ(samples.base.name, "base");
    EXPECT_EQ(samples.base.backend, "flash");
    EXPECT_GE(samples.base.warm_up_calls, 16u);
    EXPECT_EQ(samples.base.peak_bytes.has_value(), device_under_test().is_cuda());
    EXPECT_EQ(samples.seed, 42u);
    EXPECT_EQ(samples.flushed_bytes, 2 * last_cache_bytes(device_under_test()));
    EXPECT_EQ(samples.device, sampler.facts().key());
    if (!sampler.facts().clock_problem().empty()) {
      EXPECT_EQ(samples.clocks_after, ClockState{});
    }
    // The host may be interrupted while it queues, but not in one sample out of five.
    EXPECT_LT(share_with_visible_launches(samples), 0.2) << to_string(quantity);
    EXPECT_EQ(samples_from_json(samples_to_json(samples)), samples);
    for (const SamplePair& pair : samples.pairs) {
      EXPECT_GT(pair.base.us, 0);
      EXPECT_GT(pair.base.host_us, 0);
      EXPECT_EQ(pair.base.sm_mhz.has_value(), device_under_test().is_cuda());
    }
  }
}

/// Spins 300 us, and waits for the device where nobody sees it in every call of these.
class StumblingOperator {
 public:
  explicit StumblingOperator(std::function<bool(int call)> stumbles) : stumbles_(std::move(stumbles)) {}
  TimedOperator timed() {
    return {"stumbling", [this] {
              spin(device_under_test(), 300);
              if (stumbles_(calls_++)) synchronize(device_under_test());
            }};
  }
  int calls() const { return calls_; }

 private:
  std::function<bool(int call)> stumbles_;
  int calls_ = 0;
};

TEST(TimingPairSampling, takes_pairs_in_which_launches_show_again_until_a_quarter_of_them_were) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "the CPU has no queue";
  Sampler sampler(device_under_test());
  SamplingOptions options = quick();
  options.most_pairs = 41;
  StumblingOperator never([](int) { return false; }), rarely([](int call) { return call % 11 == 0; }),
      always([](int) { return true; });
  const PairedSamples of_never = sample_pairs(sampler, spinning(300), never.timed(), options);
  const PairedSamples of_rarely = sample_pairs(sampler, spinning(300), rarely.timed(), options);
  const PairedSamples of_always = sample_pairs(sampler, spinning(300), always.timed(), options);
  for (const PairedSamples* samples : {&of_never, &of_rarely, &of_always}) EXPECT_EQ(samples->pairs.size(), 41u);
  EXPECT_EQ(share_with_visible_launches(of_never), 0);
  EXPECT_EQ(share_with_visible_launches(of_rarely), 0);
  EXPECT_GE(share_with_visible_launches(of_always), 0.5) << "each of the candidate's samples";
  EXPECT_LE(share_with_visible_launches(of_always), 0.55)
      << "and none of the base's, but where the host stood still by itself";
  // Warm-ups end when times settle, and all else but the pairs that are taken again is the same.
  const auto calls = [](const StumblingOperator& operation, const PairedSamples& samples) {
    return operation.calls() - static_cast<int>(samples.candidate.warm_up_calls);
  };
  EXPECT_NEAR(calls(always, of_always) - calls(never, of_never), 41 / 4, 1)
      << "but for a pair in which the host stood still by itself";
}

TEST(TimingPairSampling, lets_errors_of_the_operator_through) {
  Sampler sampler(device_under_test());
  const TimedOperator bad{"bad", [] { throw std::runtime_error("bad"); }};
  EXPECT_THROW(sample_pairs(sampler, spinning(300), bad, quick()), std::runtime_error);
  EXPECT_EQ(sample_pairs(sampler, spinning(300), spinning(300), quick()).pairs.size(), least_pairs);
}

// The level of its own noise: what a gate of two equal operators works against.
TEST(TimingPairSampling, finds_an_operator_as_fast_as_itself) {
  if (!device_under_test().is_cuda()) GTEST_SKIP() << "other processes share the CPU";
  Sampler sampler(device_under_test());
  SamplingOptions options = quick();
  options.most_pairs = 201;
  const PairedSamples samples = sample_pairs(sampler, spinning(300), spinning(300), options);
  const std::vector<double> ratios = log_ratios(samples);
  show("a_a_pairs", static_cast<double>(ratios.size()), "");
  show("a_a_median", 100 * median_of(ratios), "%");
  EXPECT_EQ(ratios.size(), 201u);
  EXPECT_NEAR(median_of(ratios), 0, 0.002);
}

}  // namespace
}  // namespace attngate
