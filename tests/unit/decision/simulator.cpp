#include "simulator.h"

#include <algorithm>
#include <cmath>

namespace attngate {
namespace {

// Median 0 and, for the normal distribution, standard deviation 1.
double noise(int student_degrees, SeededRandom& random) {
  const double normal = random.normal();
  if (student_degrees == 0) return normal;
  double squares = 0;
  for (int degree = 0; degree < student_degrees; ++degree) {
    const double value = random.normal();
    squares += value * value;
  }
  return normal / std::sqrt(squares / student_degrees);
}

double rounded(double time, double step) { return step > 0 ? std::max(step, std::round(time / step) * step) : time; }

}  // namespace

std::vector<PairSample> simulate_process(const SimulatedPair& model, std::size_t pairs, SeededRandom& random) {
  const double bias = std::log1p(model.slowdown) + model.process_spread * random.normal();
  const double each_spread = model.pair_spread / std::sqrt(2.0);  // the difference of two has pair_spread
  const auto time = [&](double level) {
    const double spike = random.uniform() < model.spike_share ? model.spike_factor : 1;
    return rounded(model.base_us * std::exp(level + each_spread * noise(model.student_degrees, random)) * spike,
                   model.clock_step_us);
  };
  std::vector<PairSample> samples;
  samples.reserve(pairs);
  for (std::size_t index = 0; index < pairs; ++index) {
    const double level = model.drift * static_cast<double>(index) / static_cast<double>(pairs);
    const bool candidate_second = random.uniform() < 0.5;
    PairSample sample;
    sample.candidate = time(level + bias + (candidate_second ? model.order_effect : 0));
    sample.base = time(level + (candidate_second ? 0 : model.order_effect));
    samples.push_back(sample);
  }
  return samples;
}

std::vector<std::vector<PairSample>> simulate_processes(const SimulatedPair& model, std::size_t processes,
                                                        std::size_t pairs, SeededRandom& random) {
  std::vector<std::vector<PairSample>> result(processes);
  for (auto& samples : result) samples = simulate_process(model, pairs, random);
  return result;
}

}  // namespace attngate
