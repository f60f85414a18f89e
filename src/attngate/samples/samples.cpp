#include "attngate/samples/samples.h"

#include <cmath>

namespace attngate {
namespace {

template <typename Pick>
std::vector<double> of_each_pair(const PairedSamples& samples, const Pick& pick) {
  std::vector<double> values;
  values.reserve(samples.pairs.size());
  for (const SamplePair& pair : samples.pairs) values.push_back(pick(pair));
  return values;
}

}  // namespace

std::string to_string(Quantity quantity) {
  switch (quantity) {
    case Quantity::isolated_latency:
      return "isolated_latency";
    case Quantity::gpu_time:
      return "gpu_time";
    case Quantity::throughput:
      return "throughput";
  }
  return "unknown quantity";
}

std::vector<double> log_ratios(const PairedSamples& samples) {
  return of_each_pair(samples, [](const SamplePair& pair) { return std::log(pair.candidate.us / pair.base.us); });
}

std::vector<double> base_times(const PairedSamples& samples) {
  return of_each_pair(samples, [](const SamplePair& pair) { return pair.base.us; });
}

std::vector<double> candidate_times(const PairedSamples& samples) {
  return of_each_pair(samples, [](const SamplePair& pair) { return pair.candidate.us; });
}

double share_with_visible_launches(const PairedSamples& samples) {
  if (samples.quantity != Quantity::gpu_time || samples.pairs.empty()) return 0;
  std::size_t visible = 0;
  for (const SamplePair& pair : samples.pairs) {
    visible += pair.base.launches_hidden ? 0 : 1;
    visible += pair.candidate.launches_hidden ? 0 : 1;
  }
  return static_cast<double>(visible) / static_cast<double>(2 * samples.pairs.size());
}

}  // namespace attngate
