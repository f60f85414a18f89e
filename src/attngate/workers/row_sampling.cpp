#include "attngate/workers/row_sampling.h"

#include <algorithm>
#include <utility>

#include "attngate/base/median.h"
#include "attngate/decision/signed_rank.h"
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

RoundOperator warmed_up(Sampler& sampler, const TimedOperator& timed, Quantity quantity) {
  // The check has made a call: kernels are loaded, plans are made and memory is there.
  RoundOperator one{timed, {quantity, 1, /*flush_cache=*/false}};
  one.attempts = attempts_to_hide_launches;
  const double us = sampler.taker().take(timed, one.setting).us;
  if (quantity != Quantity::gpu_time) {
    one.setting.calls = calls_per_sample(us, least_sample_us_of_throughput);
    return one;
  }
  const bool waits = sampler.taker().waits() > 0;
  // More calls cost as much as more rounds where each brings waits and holds of its own.
  one.setting.calls = waits ? 1 : calls_per_sample(us, least_sample_us_of_gpu_time);
  one.setting.watch_waits = waits;
  one.led_by_call = sampler.device().is_cuda() && us < led_call_us;
  return one;
}

void tell(const std::vector<Sample>& samples, const SampleSetting& setting, bool every_round, OperatorAnswer& answer) {
  std::vector<double> us;
  for (const Sample& sample : samples) us.push_back(sample.us);
  // One stray of three samples moves their centre, and not their median.
  answer.us = every_round ? estimate_centre(us).centre : median_of(us);
  answer.launches_show =
      std::ranges::any_of(samples, [&](const Sample& sample) { return shows_launches(sample, setting); });
}

}  // namespace

void sample_row(Sampler& sampler, const std::vector<std::optional<TimedOperator>>& operators,
                const SweepRequest& request, SweepAnswer& answer) {
  std::vector<RoundOperator> rounds(operators.size());
  for (std::size_t index = 0; index < operators.size(); ++index) {
    rounds[index].most_rounds = 0;
    if (!operators[index]) continue;
    rounds[index] = warmed_up(sampler, *operators[index], request.quantity);
    if (!request.operators[index].every_round) rounds[index].most_rounds = bystander_rounds;
  }
  std::vector<RatioOf> speedups;
  for (const SpeedupOf& speedup : request.speedups) speedups.push_back({speedup.base, speedup.candidate});
  SettledRatios stopping(request.rule, std::move(speedups));
  const SampledRounds sampled = sampler.sample(rounds, {.seed = request.seed}, stopping);
  answer.rounds = sampled.rounds;
  answer.speedups = stopping.estimates();
  for (std::size_t index = 0; index < operators.size(); ++index) {
    if (!operators[index]) continue;
    tell(sampled.samples[index], rounds[index].setting, request.operators[index].every_round, answer.operators[index]);
  }
}

}  // namespace attngate
