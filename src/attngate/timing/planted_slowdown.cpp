#include "attngate/timing/planted_slowdown.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "attngate/timing/sampling_plan.h"
#include "attngate/timing/spin.h"
#include "attngate/timing/timed_attention.h"

namespace attngate {

AttentionPath with_spin(const AttentionPath& path, double us) {
  AttentionPath slow = path;
  slow.name += "+spin";
  slow.summary += ", and then waits";
  slow.run = [run = path.run, us](const CaseInputs& inputs) {
    PathOutput output = run(inputs);
    spin(inputs.device(), us);
    return output;
  };
  return slow;
}

PlantedSlowdown plant_slowdown(PairSampler& sampler, std::shared_ptr<const CaseInputs> inputs,
                               const AttentionPath& path, double share, const SamplingOptions& options) {
  if (!(share >= 0)) throw std::invalid_argument("a planted slowdown is a share of the path's time from 0 on");
  const TimedOperator healthy = timed_attention(inputs, path);
  SamplingOptions calibration = options;
  calibration.most_pairs = least_pairs;
  const PairedSamples empty_spin = sampler.sample(healthy, timed_attention(inputs, with_spin(path, 0)), calibration);
  const double own_us = median_of(base_times(empty_spin));
  const double cost_us = own_us * std::expm1(median_of(log_ratios(empty_spin)));

  PlantedSlowdown planted;
  planted.asked = share;
  planted.spin_us = std::max(0.0, share * own_us - cost_us);
  planted.path = with_spin(path, planted.spin_us);
  planted.samples = sampler.sample(healthy, timed_attention(inputs, planted.path), options);
  planted.achieved = std::expm1(median_of(log_ratios(planted.samples)));
  return planted;
}

}  // namespace attngate
