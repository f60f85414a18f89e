#include "attngate/timing/round_sampler.h"

#include <rapidcheck/Random.h>

#include <cmath>

#include "attngate/base/elapsed.h"
#include "attngate/base/median.h"
#include "attngate/case/draw.h"
#include "attngate/decision/signed_rank.h"
#include "attngate/samples/samples.h"
#include "attngate/samples/sampling_plan.h"

namespace attngate {
namespace {

// A host that stands still for 10 ms says nothing of the device. Behind four attempts launches showed in none of
// 1,280 rows on two H100s.
constexpr int attempts_to_hide_launches = 4;
// What ran before has emptied the nearer caches. It is most of a short call's scatter: samples of nn MHA fast of 30 to
// 60 us have a standard deviation of 3.4 to 3.8 % by themselves and of 0.8 to 1.0 % behind a call that does not count,
// of 20 to 30 us 1.1 and 0.7 %, of 60 us and more the same either way, as have those of nn MHA slow, 0.9 to 2 % at any
// length (H100).
constexpr double led_call_us = 60;
// Launches are hidden in GPU time, so that a sample need not outlast them. 25 us: events tell 0.03 us apart on an H100,
// and rounds average the rest. Throughput: the host queues ten launches in 78 us, and a sample shall be longer than
// that.
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
  for (std::size_t round = 0; round < base.size(); ++round)
    log_ratios.push_back(std::log(base[round] / candidate[round]));
  return estimate_ratio(log_ratios);
}

}  // namespace

RoundSampler::Block RoundSampler::warm_up(const TimedOperator& timed, Quantity quantity) {
  // The check has made a call: kernels are loaded, plans are made and memory is there.
  Block block{.setting = {quantity, 1, /*flush_cache=*/false}};
  const double us = taker_.take(timed, block.setting).us;
  if (quantity != Quantity::gpu_time) {
    block.setting.calls = calls_per_sample(us, least_sample_us_of_throughput);
    return block;
  }
  const bool waits = taker_.waits() > 0;
  // More calls cost as much as more rounds where each brings waits and holds of its own.
  block.setting.calls = waits ? 1 : calls_per_sample(us, least_sample_us_of_gpu_time);
  block.setting.watch_waits = waits;
  block.led_by_call = device_.is_cuda() && us < led_call_us;
  return block;
}

double RoundSampler::time_block(const TimedOperator& timed, Block& block) {
  Sample sample;
  // Where four did not do, more will not: an operator of more launches than the queue holds always shows them.
  const int attempts = block.launches_show ? 1 : attempts_to_hide_launches;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    if (block.led_by_call) timed.call();
    sample = taker_.take(timed, block.setting);
    if (sample.launches_hidden || block.setting.quantity != Quantity::gpu_time) return sample.us;
  }
  block.launches_show = true;
  return sample.us;
}

void RoundSampler::sample(const std::vector<std::optional<TimedOperator>>& operators, const SweepRequest& request,
                          SweepAnswer& answer) {
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
  std::uint64_t next_estimate = next_estimate_after(request.rule, 0);
  const Elapsed elapsed;
  for (bool ends = false; !ends;) {
    const bool is_first = answer.rounds < bystander_rounds;
    for (const std::size_t index : shuffled(is_first ? first_rounds : every_round, random)) {
      us[index].push_back(time_block(*operators[index], blocks[index]));
    }
    ++answer.rounds;
    const double seconds = elapsed.seconds();
    if (answer.rounds < next_estimate && !is_out_of_patience(request.rule, answer.rounds, seconds)) continue;
    next_estimate = next_estimate_after(request.rule, answer.rounds);
    std::vector<RatioEstimate> known;
    for (std::size_t speedup = 0; speedup < request.speedups.size(); ++speedup) {
      const SpeedupOf& of = request.speedups[speedup];
      answer.speedups[speedup] = speedup_of(us[of.base], us[of.candidate]);
      if (answer.speedups[speedup]) known.push_back(*answer.speedups[speedup]);
    }
    ends = ends_sampling(request.rule, answer.rounds, seconds, known);
  }
  for (const std::size_t index : first_rounds) {
    // One stray of three samples moves their centre, and not their median.
    answer.operators[index].us =
        request.operators[index].every_round ? estimate_centre(us[index]).centre : median_of(us[index]);
    answer.operators[index].launches_show = blocks[index].launches_show;
  }
}

}  // namespace attngate
