#include "attngate/timing/sampler.h"

#include <algorithm>
#include <utility>

#include "attngate/base/elapsed.h"
#include "attngate/samples/sampling_plan.h"

namespace attngate {
namespace {

/// Positions of the operators that take part in a round, which has so many before it.
std::vector<std::size_t> taking_part(const std::vector<RoundOperator>& operators, std::uint64_t rounds_before) {
  std::vector<std::size_t> positions;
  for (std::size_t position = 0; position < operators.size(); ++position) {
    if (rounds_before < operators[position].most_rounds) positions.push_back(position);
  }
  return positions;
}

}  // namespace

bool shows_launches(const Sample& sample, const SampleSetting& setting) {
  return setting.quantity == Quantity::gpu_time && !sample.launches_hidden;
}

Sample Sampler::take_sample(const RoundOperator& one) {
  Sample sample;
  for (int attempt = 0; attempt < one.attempts; ++attempt) {
    if (one.led_by_call) one.timed.call();
    sample = taker_.take(one.timed, one.setting);
    if (!shows_launches(sample, one.setting)) break;
  }
  return sample;
}

std::vector<Sample> Sampler::take_round(const std::vector<RoundOperator>& operators,
                                        const std::vector<std::size_t>& order) {
  std::vector<Sample> round(operators.size());
  for (const std::size_t position : order) round[position] = take_sample(operators[position]);
  return round;
}

SampledRounds Sampler::sample(const std::vector<RoundOperator>& operators, const RoundSetting& setting,
                              StoppingCriterion& stopping) {
  SampledRounds sampled;
  sampled.samples.resize(operators.size());
  if (taking_part(operators, 0).empty()) return sampled;
  RoundOrders orders(setting.seed);
  std::vector<RoundOperator> going = operators;
  std::uint64_t repeats = setting.repeats;
  const Elapsed elapsed;
  for (bool ends = false; !ends;) {
    std::vector<std::size_t> order = orders.next(taking_part(going, sampled.rounds));
    std::vector<Sample> round = take_round(going, order);
    const auto shows = [&](std::size_t position) { return shows_launches(round[position], going[position].setting); };
    for (; repeats > 0 && std::ranges::any_of(order, shows); --repeats) round = take_round(going, order);
    for (const std::size_t position : order) {
      if (shows(position)) going[position].attempts = 1;  // where so many did not do, more will not
      sampled.samples[position].push_back(round[position]);
    }
    sampled.orders.push_back(std::move(order));
    ++sampled.rounds;
    const double seconds = elapsed.seconds();
    ends = stopping.ends({sampled.rounds, seconds, sampled.samples});
  }
  return sampled;
}

}  // namespace attngate
