#include "attngate/sweep/round_sampler.h"

#include <rapidcheck/Random.h>

#include <chrono>
#include <cmath>

#include "attngate/case/draw.h"
#include "attngate/timing/samples.h"
#include "attngate/timing/sampling_plan.h"

namespace attngate {
namespace {

using Clock = std::chrono::steady_clock;

// What the host takes for one call is 78 to 180 us on an H100's host: the first sample, which does not count, is a good guess behind it.
constexpr double first_cover_us = 500;
// Half again as long as the host took once, and what it does beside the calls: it starts the spin and records two events. A sweep can
// take a sample again and go on with a longer spin, where a gate (timing/pair_sampler.cpp) plans for nearly every pair beforehand.
// With 1.4, 30 us and spins that became shorter again, launches showed in some sample of 15 to 22 of 1,280 rows, with these in none (H100s).
constexpr double cover_for_host_time = 1.5;
constexpr double cover_beside_calls_us = 50;
// Four covers, each half again as long: from 1.5 to 5 times what the host took at first.
constexpr int attempts_to_hide_launches = 4;
// What ran before has emptied the caches. That is most of a short call's scatter: of calls of 30 to 50 us by themselves 17 % differed by
// more than 2 % between two sweeps (H100), of two or three such calls in a row 12 %; of calls of 80 to 150 us 3 to 4 % either way.
constexpr double led_call_us = 150;
// Launches are hidden in GPU time, so that a sample need not outlast them. 25 us: events tell 0.03 us apart on an H100, and rounds
// average the rest. Throughput: the host queues ten launches in 78 us, and a sample shall be longer than that.
constexpr double least_sample_us_of_gpu_time = 25;
constexpr double least_sample_us_of_throughput = 200;

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

RoundSampler::Block RoundSampler::warm_up(const TimedOperator& timed, Quantity quantity) {
  // The check has made a call: kernels are loaded, plans are made and memory is there.
  Block block{.setting = {quantity, 1, first_cover_us, /*flush_cache=*/false}};
  const double us = taker_.take(timed, block.setting).us;
  if (quantity != Quantity::gpu_time) {
    block.setting.calls = calls_per_sample(us, least_sample_us_of_throughput);
    return block;
  }
  // More calls cost as much as more rounds where each brings waits and spins of its own.
  block.setting.calls = taker_.waits() > 0 ? 1 : calls_per_sample(us, least_sample_us_of_gpu_time);
  const double queueing_us = queueing_us_of_calls(taker_.longest_queueing_us(), taker_.waits(), block.setting.calls);
  block.setting.cover_us = cover_for_host_time * queueing_us + cover_beside_calls_us;
  block.led_by_call = device_.is_cuda() && us < led_call_us;
  return block;
}

double RoundSampler::time_block(const TimedOperator& timed, Block& block) {
  if (block.led_by_call) timed.call();
  Sample sample = taker_.take(timed, block.setting);
  if (block.setting.quantity != Quantity::gpu_time) return sample.us;
  for (int attempt = 1; attempt < attempts_to_hide_launches && !sample.launches_hidden; ++attempt) {
    block.setting.lengthen_cover(longest_cover_us);
    sample = taker_.take(timed, block.setting);
  }
  block.launches_show = block.launches_show || !sample.launches_hidden;
  return sample.us;
}

void RoundSampler::sample(const std::vector<std::optional<TimedOperator>>& operators, const SweepRequest& request, SweepAnswer& answer) {
  std::vector<Block> blocks(operators.size());
  std::vector<std::size_t> every_round, first_rounds;
  for (std::size_t index = 0; index < operators.size(); ++index) {
    if (!operators[index]) continue;
    blocks[index] = warm_up(*operators[index], request.quantity);
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
      us[index].push_back(time_block(*operators[index], blocks[index]));
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
    answer.operators[index].launches_show = blocks[index].launches_show;
  }
}

}  // namespace attngate
