#include "attngate/timing/pair_sampling.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

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

constexpr std::size_t base_position = 0, candidate_position = 1;

SampledOperator warm_up_operator(Sampler& sampler, const TimedOperator& timed, const char* role,
                                 const WarmUpLimits& limits, PairedSamples& samples) {
  const SampleSetting one_call{Quantity::isolated_latency, 1, /*flush_cache=*/false};
  const auto timed_call = [&] { return sampler.taker().take(timed, one_call).us; };
  const auto allocations = [&] { return allocation_counts(sampler.device()); };
  const WarmUp warm = warm_up(timed_call, allocations, limits);
  if (!warm.settled) samples.notes.push_back(fmt::format("{} is not warm: {}", role, warm.note));
  SampledOperator facts{timed.name, timed.backend, timed.graph_replayed, /*waits_per_call=*/0,
                        warm.calls, warm.settled,  std::nullopt};
  // A graph has its memory from the moment it was captured.
  if (!timed.graph_replayed) facts.peak_bytes = peak_bytes_of(timed.call, sampler.device());
  return facts;
}

/// All that is fixed before the first pair counts.
struct PairPlan {
  std::vector<RoundOperator> operators;
  std::uint64_t pairs = 0;
};

/// Writes calls and waits into the samples, and notes what falls short of the options.
PairPlan plan_pairs(Sampler& sampler, const TimedOperator& base, const TimedOperator& candidate,
                    const SamplingOptions& options, PairedSamples& samples) {
  SampleSetting setting{options.quantity, 1, options.flush_cache};
  const Trial base_trial = try_out(sampler.taker(), base, setting),
              candidate_trial = try_out(sampler.taker(), candidate, setting);
  const double us = std::min(base_trial.us, candidate_trial.us);
  // Both are called equally often: whatever that does to a time, it does to both.
  setting.calls = calls_per_sample(us, options.least_sample_us);
  samples.calls_per_sample = setting.calls;
  if (options.quantity == Quantity::gpu_time) {
    samples.base.waits_per_call = base_trial.waits;
    samples.candidate.waits_per_call = candidate_trial.waits;
  }
  const double sample_us = us * static_cast<double>(setting.calls);
  if (sample_us < options.least_sample_us) {
    samples.notes.push_back(fmt::format("samples of {} calls last {:.3g} us, not {:.3g}", setting.calls, sample_us,
                                        options.least_sample_us));
  }

  PairPlan plan{{{base, setting}, {candidate, setting}}};
  std::vector<double> seconds;
  for (int trial = 0; trial < trials; ++trial) {
    const Elapsed elapsed;
    std::vector<std::size_t> order = {base_position, candidate_position};
    if (trial % 2 == 1) std::swap(order.front(), order.back());
    sampler.take_round(plan.operators, order);
    seconds.push_back(elapsed.seconds());
  }
  const double seconds_per_pair = median_of(seconds);
  plan.pairs = pairs_within(options.budget_seconds, seconds_per_pair, options.most_pairs);
  if (plan.pairs + 1 < options.most_pairs) {
    samples.notes.push_back(fmt::format("{} pairs of {:.3g} ms in place of {}: the budget is {:.3g} s", plan.pairs,
                                        1e3 * seconds_per_pair, options.most_pairs, options.budget_seconds));
  }
  return plan;
}

std::vector<SamplePair> pairs_of(const SampledRounds& sampled) {
  std::vector<SamplePair> pairs;
  pairs.reserve(sampled.rounds);
  for (std::size_t round = 0; round < sampled.rounds; ++round) {
    pairs.push_back({sampled.samples[base_position][round], sampled.samples[candidate_position][round],
                     /*candidate_first=*/sampled.orders[round].front() == candidate_position});
  }
  return pairs;
}

}  // namespace

PairedSamples sample_pairs(Sampler& sampler, const TimedOperator& base, const TimedOperator& candidate,
                           const SamplingOptions& options) {
  const DeviceFacts& facts = sampler.facts();
  const bool is_cuda = sampler.device().is_cuda();
  PairedSamples samples;
  samples.quantity = options.quantity;
  samples.device = facts.key();
  samples.seed = options.seed;
  samples.flushed_bytes = options.flush_cache ? sampler.taker().flushed_bytes() : 0;
  samples.base = warm_up_operator(sampler, base, "base", options.warm_up, samples);
  samples.candidate = warm_up_operator(sampler, candidate, "candidate", options.warm_up, samples);
  if (is_cuda && !facts.clock_problem().empty()) {
    samples.notes.push_back("nobody watches the clocks for throttling: " + facts.clock_problem());
  }
  const PairPlan plan = plan_pairs(sampler, base, candidate, options, samples);

  samples.clocks_before = facts.clocks();
  const std::optional<HostLoad> load_before = host_load();
  FixedRounds stopping(plan.pairs);
  const RoundSetting rounds{options.seed, /*repeats=*/plan.pairs / pairs_for_one_more};
  samples.pairs = pairs_of(sampler.sample(plan.operators, rounds, stopping));
  samples.clocks_after = facts.clocks();
  if (is_cuda) samples.others_cpu_share = others_cpu_share(load_before, host_load());
  return samples;
}

}  // namespace attngate
