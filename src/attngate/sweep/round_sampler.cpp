#include "attngate/sweep/round_sampler.h"

#include <rapidcheck/Random.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "attngate/case/draw.h"
#include "attngate/timing/samples.h"
#include "attngate/timing/sampling_plan.h"
#include "attngate/timing/spin.h"
#include "attngate/values/device_stream.h"

namespace attngate {
namespace {

using Clock = std::chrono::steady_clock;

// What the host takes for one call is 78 to 180 us on an H100's host: the first sample, which does not count, is a fair guess behind it.
constexpr double first_cover_us = 200;
// Half again as long as the host took once, and what it does beside the calls: it starts the spin and records two events. A sweep can
// take a sample again and go on with a longer spin, where a gate (timing/pair_sampler.cpp) plans for every pair beforehand.
constexpr double cover_for_host_time = 1.4;
constexpr double cover_beside_calls_us = 30;
constexpr double longer_cover = 1.5;
// Four covers, each half again as long: from 1.5 to 5 times what the host took at first.
constexpr int attempts_to_hide_launches = 4;
// What ran before has emptied the caches. That is most of a short call's scatter: of calls of 30 to 50 us by themselves 41 % differed by
// more than 2 % between two sweeps (H100), of two or three such calls in a row 12 %; of calls of 80 to 150 us 2 to 4 % either way.
constexpr double led_call_us = 150;
// Launches are hidden, so that a sample need not outlast them. 25 us: events tell 0.03 us apart on an H100, and rounds average the rest.
constexpr double least_covered_sample_us = 25;

// Throughput. From here on one call is a sample, and a spin may lead it.
constexpr double long_call_us = 500;
// What the spin hides: the first launches of a call. All of them take the host some 78 us (timing/sample_taker.h), the first a part.
constexpr double cover_us = 50;
// Where the host decides how long a call takes, the spin is a head start and shortens it, by 50 us of 500 us or 10 %. A call that it
// shortens by more than this is led by a call; operators of 200 us and more scatter by about 0.5 % (docs/gates.md).
constexpr double most_head_start = 0.02;

/// Positions in random order.
std::vector<std::size_t> shuffled(std::vector<std::size_t> positions, rc::Random& random) {
  for (std::size_t i = positions.size(); i > 1; --i) {
    std::swap(positions[i - 1], positions[static_cast<std::size_t>(draw::below(random, i))]);
  }
  return positions;
}

std::optional<RatioEstimate> speedup_of(const std::vector<double>& base, const std::vector<double>& candidate) {
  if (base.empty() || base.size() != candidate.size()) return std::nullopt;
  std::vector<double> log_ratios;
  for (std::size_t round = 0; round < base.size(); ++round) log_ratios.push_back(std::log(base[round] / candidate[round]));
  return estimate_ratio(log_ratios);
}

}  // namespace

RoundSampler::Block RoundSampler::warm_up(const TimedOperator& timed, const SweepRequest& request) {
  return request.quantity == Quantity::gpu_time ? warm_up_covered(timed, request.rule) : warm_up_throughput(timed, request.rule);
}

RoundSampler::Block RoundSampler::warm_up_covered(const TimedOperator& timed, const StoppingRule& rule) {
  const double us = taker_.take(timed, {Quantity::gpu_time, 1, first_cover_us, /*flush_cache=*/false}).us;
  Block block;
  // More calls cost as much as more rounds where each brings waits and spins of its own.
  block.calls = taker_.waits() > 0 ? 1 : calls_per_sample(us, std::min(rule.least_sample_us, least_covered_sample_us));
  block.led_by_call = device_.is_cuda() && us < led_call_us;
  const double queueing_us = queueing_us_of_calls(taker_.longest_queueing_us(), taker_.waits(), block.calls);
  block.cover_us = cover_for_host_time * queueing_us + cover_beside_calls_us;
  return block;
}

RoundSampler::Block RoundSampler::warm_up_throughput(const TimedOperator& timed, const StoppingRule& rule) {
  // The check and timed_attention() have made a call each: kernels are loaded, plans are made and memory is there.
  const double us = time_throughput(timed, {.lead = Lead::call});
  if (us < long_call_us) return {.calls = calls_per_sample(us, rule.least_sample_us), .lead = Lead::call};
  const double behind_spin = time_throughput(timed, {.lead = Lead::spin});
  return {.lead = behind_spin < (1 - most_head_start) * us ? Lead::call : Lead::spin};
}

double RoundSampler::time_block(const TimedOperator& timed, Block& block, Quantity quantity) {
  return quantity == Quantity::gpu_time ? time_covered(timed, block) : time_throughput(timed, block);
}

double RoundSampler::time_covered(const TimedOperator& timed, Block& block) {
  if (block.led_by_call) timed.call();
  Sample sample;
  for (int attempt = 0; attempt < attempts_to_hide_launches; ++attempt) {
    sample = taker_.take(timed, {Quantity::gpu_time, block.calls, block.cover_us, /*flush_cache=*/false});
    if (sample.launches_hidden) {
      // The first calls of a shape take the host longer than later ones.
      block.cover_us = std::min(block.cover_us, cover_for_host_time * taker_.longest_queueing_us() + cover_beside_calls_us);
      return sample.us;
    }
    block.cover_us = std::min(longer_cover * block.cover_us, longest_cover_us);
  }
  ++block.with_visible_launches;
  return sample.us;
}

double RoundSampler::time_throughput(const TimedOperator& timed, const Block& block) {
  synchronize(device_);
  if (device_.is_cuda() && block.lead == Lead::spin) spin(device_, cover_us);
  if (device_.is_cuda() && block.lead == Lead::call) timed.call();
  stopwatch_.start();
  for (std::uint64_t call = 0; call < block.calls; ++call) timed.call();
  stopwatch_.stop();
  synchronize(device_);
  return stopwatch_.elapsed_us() / static_cast<double>(block.calls);
}

void RoundSampler::sample(const std::vector<std::optional<TimedOperator>>& operators, const SweepRequest& request, SweepAnswer& answer) {
  std::vector<Block> blocks(operators.size());
  std::vector<std::size_t> every_round, first_rounds;
  for (std::size_t index = 0; index < operators.size(); ++index) {
    if (!operators[index]) continue;
    blocks[index] = warm_up(*operators[index], request);
    first_rounds.push_back(index);
    if (request.operators[index].every_round) every_round.push_back(index);
  }
  answer.speedups.assign(request.speedups.size(), std::nullopt);
  if (first_rounds.empty()) return;

  rc::Random random(request.seed);
  std::vector<std::vector<double>> us(operators.size());
  const auto begin = Clock::now();
  for (bool ends = false; !ends;) {
    const bool is_first = answer.rounds < bystander_rounds;
    for (const std::size_t index : shuffled(is_first ? first_rounds : every_round, random)) {
      us[index].push_back(time_block(*operators[index], blocks[index], request.quantity));
    }
    ++answer.rounds;
    std::vector<RatioEstimate> known;
    for (std::size_t speedup = 0; speedup < request.speedups.size(); ++speedup) {
      const SpeedupOf& of = request.speedups[speedup];
      answer.speedups[speedup] = speedup_of(us[of.base], us[of.candidate]);
      if (answer.speedups[speedup]) known.push_back(*answer.speedups[speedup]);
    }
    ends = ends_sampling(request.rule, answer.rounds, std::chrono::duration<double>(Clock::now() - begin).count(), known);
  }
  for (const std::size_t index : first_rounds) {
    answer.operators[index].us = median_of(us[index]);
    answer.operators[index].launches_show = blocks[index].with_visible_launches > 0;
  }
}

}  // namespace attngate
