#include "attngate/timing/pair_sampler.h"

#include <fmt/format.h>

#include <algorithm>

#include "attngate/base/elapsed.h"
#include "attngate/base/median.h"
#include "attngate/samples/host_load.h"
#include "attngate/samples/sampling_plan.h"
#include "attngate/timing/allocations.h"

namespace attngate {
namespace {

// Samples and pairs that are thrown away to learn what one takes: three have a median that one stray does not move.
constexpr int trials = 3;

/// What a few samples that are thrown away show.
struct Trial {
  double us = 0;
  std::uint64_t waits = 0;
};

Trial try_out(SampleTaker& taker, const TimedOperator& timed, const SampleSetting& setting) {
  std::vector<double> us;
  for (int trial = 0; trial < trials; ++trial) us.push_back(taker.take(timed, setting).us);
  return {median_of(us), taker.waits()};
}

// A pair in which launches show is taken again, since a host that stands still for 10 ms says nothing of the device; a
// quarter of the pairs at most, so that a process keeps near its budget. What still shows is kept and told.
constexpr std::uint64_t pairs_for_one_more = 4;

bool shows_launches(const SamplePair& pair) { return !(pair.base.launches_hidden && pair.candidate.launches_hidden); }

SamplePair take_pair(SampleTaker& taker, const TimedOperator& base, const TimedOperator& candidate,
                     const SampleSetting& setting, bool candidate_first) {
  SamplePair pair;
  pair.candidate_first = candidate_first;
  if (candidate_first) pair.candidate = taker.take(candidate, setting);
  pair.base = taker.take(base, setting);
  if (!candidate_first) pair.candidate = taker.take(candidate, setting);
  return pair;
}

}  // namespace

/// All that is fixed before the first pair counts.
struct PairSampler::Plan {
  SampleSetting setting;
  std::uint64_t pairs = 0;
  double seconds_per_pair = 0;
  /// Of one call, see SampledOperator.
  std::uint64_t base_waits = 0, candidate_waits = 0;
  /// Of the faster operator, with the setting's calls.
  double sample_us = 0;
};

PairSampler::PairSampler(c10::Device device) : device_(device), facts_(device), taker_(device) {}

SampledOperator PairSampler::warm_up_operator(const TimedOperator& timed, const char* role, const WarmUpLimits& limits,
                                              PairedSamples& samples) {
  const SampleSetting one_call{Quantity::isolated_latency, 1, /*flush_cache=*/false};
  const auto timed_call = [&] { return taker_.take(timed, one_call).us; };
  const WarmUp warm = warm_up(
      timed_call, [&] { return allocation_counts(device_); }, limits);
  if (!warm.settled) samples.notes.push_back(fmt::format("{} is not warm: {}", role, warm.note));
  SampledOperator facts{timed.name, timed.backend, timed.graph_replayed, /*waits_per_call=*/0,
                        warm.calls, warm.settled,  std::nullopt};
  // A graph has its memory from the moment it was captured.
  if (!timed.graph_replayed) facts.peak_bytes = peak_bytes_of(timed.call, device_);
  return facts;
}

PairSampler::Plan PairSampler::plan(const TimedOperator& base, const TimedOperator& candidate,
                                    const SamplingOptions& options) {
  Plan plan;
  plan.setting = {options.quantity, 1, options.flush_cache};
  const Trial base_trial = try_out(taker_, base, plan.setting),
              candidate_trial = try_out(taker_, candidate, plan.setting);
  const double us = std::min(base_trial.us, candidate_trial.us);
  // Both are called equally often: whatever that does to a time, it does to both.
  plan.setting.calls = calls_per_sample(us, options.least_sample_us);
  if (options.quantity == Quantity::gpu_time) {
    plan.base_waits = base_trial.waits;
    plan.candidate_waits = candidate_trial.waits;
  }
  plan.sample_us = us * static_cast<double>(plan.setting.calls);

  std::vector<double> seconds;
  for (int trial = 0; trial < trials; ++trial) {
    const Elapsed elapsed;
    take_pair(taker_, base, candidate, plan.setting, trial % 2 == 1);
    seconds.push_back(elapsed.seconds());
  }
  plan.seconds_per_pair = median_of(seconds);
  plan.pairs = pairs_within(options.budget_seconds, plan.seconds_per_pair, options.most_pairs);
  return plan;
}

PairedSamples PairSampler::sample(const TimedOperator& base, const TimedOperator& candidate,
                                  const SamplingOptions& options) {
  PairedSamples samples;
  samples.quantity = options.quantity;
  samples.device = facts_.key();
  samples.seed = options.seed;
  samples.flushed_bytes = options.flush_cache ? taker_.flushed_bytes() : 0;
  samples.base = warm_up_operator(base, "base", options.warm_up, samples);
  samples.candidate = warm_up_operator(candidate, "candidate", options.warm_up, samples);

  if (device_.is_cuda() && !facts_.clock_problem().empty()) {
    samples.notes.push_back("nobody watches the clocks for throttling: " + facts_.clock_problem());
  }

  const Plan plan = this->plan(base, candidate, options);
  samples.calls_per_sample = plan.setting.calls;
  samples.base.waits_per_call = plan.base_waits;
  samples.candidate.waits_per_call = plan.candidate_waits;
  if (plan.sample_us < options.least_sample_us) {
    samples.notes.push_back(fmt::format("samples of {} calls last {:.3g} us, not {:.3g}", plan.setting.calls,
                                        plan.sample_us, options.least_sample_us));
  }
  if (plan.pairs + 1 < options.most_pairs) {
    samples.notes.push_back(fmt::format("{} pairs of {:.3g} ms in place of {}: the budget is {:.3g} s", plan.pairs,
                                        1e3 * plan.seconds_per_pair, options.most_pairs, options.budget_seconds));
  }

  samples.clocks_before = facts_.clocks();
  const std::optional<HostLoad> load_before = host_load();
  std::uint64_t more_pairs = options.quantity == Quantity::gpu_time ? plan.pairs / pairs_for_one_more : 0;
  samples.pairs.reserve(plan.pairs);
  for (const bool candidate_first : draw_orders(options.seed, plan.pairs)) {
    SamplePair pair = take_pair(taker_, base, candidate, plan.setting, candidate_first);
    for (; shows_launches(pair) && more_pairs > 0; --more_pairs) {
      pair = take_pair(taker_, base, candidate, plan.setting, candidate_first);
    }
    samples.pairs.push_back(pair);
  }
  samples.clocks_after = facts_.clocks();
  if (device_.is_cuda()) samples.others_cpu_share = others_cpu_share(load_before, host_load());
  return samples;
}

}  // namespace attngate
