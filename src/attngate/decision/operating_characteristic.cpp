#include "attngate/decision/operating_characteristic.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <span>
#include <stdexcept>

#include "attngate/base/seeded_random.h"
#include "attngate/base/text_table.h"

namespace attngate {
namespace {

void require_pairs(const ProcessRatios& processes, std::size_t least) {
  for (std::size_t index = 0; index < processes.size(); ++index) {
    if (processes[index].size() < least) {
      throw std::invalid_argument(
          fmt::format("process {}: {} pairs, {} needed", index, processes[index].size(), least));
    }
    for (const double log_ratio : processes[index]) {
      if (std::isfinite(log_ratio)) continue;
      throw std::invalid_argument(
          fmt::format("process {}: log ratio {}: allowed are finite numbers", index, log_ratio));
    }
  }
}

void require_enough(const Policy& policy, const ProcessRatios& processes) {
  if (processes.size() < policy.processes + 1) {
    throw std::invalid_argument(fmt::format("{} processes: a decision draws {} different ones; measure more",
                                            processes.size(), policy.processes + 1));
  }
  require_pairs(processes, 1);
}

// How many of `count` pairs, drawn with replacement, are beyond the bound.
std::size_t draw_exceeding(const std::vector<double>& beyond, std::size_t count, SeededRandom& random) {
  std::size_t exceeding = 0;
  for (std::size_t pair = 0; pair < count; ++pair) exceeding += beyond[random.below(beyond.size())] > 0;
  return exceeding;
}

// Puts a random choice of `count` numbers, in random order, at the front.
void shuffle_front(std::vector<std::size_t>& numbers, std::size_t count, SeededRandom& random) {
  for (std::size_t index = 0; index < count; ++index) {
    std::swap(numbers[index], numbers[index + random.below(numbers.size() - index)]);
  }
}

}  // namespace

Tally resample_decisions(const Bound& bound, const Policy& policy, const ProcessRatios& processes,
                         std::size_t decisions, std::uint64_t seed) {
  require_enough(policy, processes);
  std::vector<std::vector<double>> beyond;
  for (const auto& log_ratios : processes) beyond.push_back(excesses(bound, log_ratios));
  std::vector<std::size_t> order(processes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const SignTest screen = policy.screen_test();
  const SignTest confirm = policy.confirm_test();
  SeededRandom random(seed);
  Tally tally{.decisions = decisions};
  for (std::size_t decision = 0; decision < decisions; ++decision) {
    shuffle_front(order, policy.processes + 1, random);
    if (draw_exceeding(beyond[order[0]], policy.screen_pairs, random) < screen.critical) continue;
    ++tally.flagged;
    std::size_t votes = 0;
    for (std::size_t process = 1; process <= policy.processes; ++process) {
      votes += 2 * draw_exceeding(beyond[order[process]], policy.pairs_per_process, random) > policy.pairs_per_process;
    }
    tally.failed += votes >= confirm.critical;
  }
  return tally;
}

ProcessVotes count_votes(const Bound& bound, const Policy& policy, const ProcessRatios& processes) {
  require_pairs(processes, policy.pairs_per_process);
  ProcessVotes votes{.processes = processes.size()};
  for (const std::vector<double>& log_ratios : processes) {
    const std::vector<double> beyond = excesses(bound, std::span(log_ratios).first(policy.pairs_per_process));
    votes.beyond += 2 * count_exceeding(beyond, 0) > beyond.size();
  }
  constexpr double both_sides = 0.90;  // leaves 5 % on the upper side
  votes.share_limit = clopper_pearson(votes.beyond, votes.processes, both_sides).upper;
  votes.failure_limit = policy.confirm_test().power(votes.share_limit);
  return votes;
}

std::string detection_table_text(const std::vector<DetectionPoint>& points) {
  TextTable table({{"slowdown", Align::right},
                   {"decisions", Align::right},
                   {"flagged", Align::right},
                   {"failed", Align::right},
                   {"95 % interval", Align::right}});
  for (const DetectionPoint& point : points) {
    const ProportionInterval interval = point.tally.failure_interval();
    table.add_row({fmt::format("{:.2f} %", 100 * point.slowdown), std::to_string(point.tally.decisions),
                   std::to_string(point.tally.flagged), std::to_string(point.tally.failed),
                   fmt::format("{:.4f} to {:.4f}", interval.lower, interval.upper)});
  }
  return table.text();
}

}  // namespace attngate
