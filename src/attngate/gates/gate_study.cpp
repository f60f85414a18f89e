#include "attngate/gates/gate_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <stdexcept>

#include "attngate/base/json_fields.h"
#include "attngate/base/text_table.h"
#include "attngate/base/usage_error.h"
#include "attngate/decision/order_statistics.h"
#include "attngate/decision/power.h"

namespace attngate {
namespace {

/// Slowdowns in units of what the bound forgives.
constexpr double times_forgiven[] = {0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3};

/// Started together. 12 contexts take some 6 GB of the device.
constexpr std::uint64_t processes_at_once = 12;

StudyCurve empty_curve(const Gate& gate, const std::vector<GateBound>& bounds, const GpuKind& gpu) {
  const BoundChoice choice = choose_bound(bounds, gate.bound_name(), gpu);
  if (!choice.bound) throw UsageError(gate.bound_name() + ": " + choice.skip_reason);
  StudyCurve curve{gate.bound_name(), *choice.bound, 0, {}};
  for (const double times : times_forgiven) curve.arms.emplace_back().planted = times * (curve.bound.value - 1);
  return curve;
}

/// One self gate for each bound: the others differ in what is planted only.
std::vector<Gate> operators_of(const std::vector<Gate>& gates) {
  std::vector<Gate> operators;
  for (const Gate& gate : gates) {
    const bool known =
        std::ranges::any_of(operators, [&](const Gate& other) { return other.bound_name() == gate.bound_name(); });
    if (gate.kind == GateKind::self && !known) operators.push_back(gate);
  }
  if (operators.empty()) throw UsageError("attngate gate study takes self gates, and none was chosen: --gate self");
  return operators;
}

/// All arms or none: a process without one of them would stand for others than the rest.
void measure_in_one_process(GateRunner& runner, const std::vector<Gate>& operators, GateStudy& study) {
  std::vector<ProcessReading> readings;
  for (std::size_t i = 0; i < operators.size(); ++i) {
    for (const StudyArm& arm : study.curves[i].arms) {
      Gate gate = operators[i];
      gate.planted_slowdown = arm.planted;
      readings.push_back(runner.read_arm(gate, readings.empty()));
      if (!readings.back().valid()) {
        study.problems.push_back(
            fmt::format("{}, {:.2f} % planted: {}", gate.bound_name(), 100 * arm.planted, readings.back().problem));
        return;
      }
    }
  }
  ++study.processes;
  auto reading = readings.begin();
  for (StudyCurve& curve : study.curves) {
    curve.us = reading->median_base;
    for (StudyArm& arm : curve.arms) arm.ratios.push_back(std::move((reading++)->log_ratios));
  }
}

void conclude(StudyArm& arm, const Bound& bound, const Policy& policy, std::size_t decisions, std::uint64_t seed) {
  std::vector<double> medians, spreads;
  for (const std::vector<double>& process : arm.ratios) {
    medians.push_back(median(process));
    spreads.push_back(robust_spread(process));
  }
  arm.achieved = std::expm1(median(medians));
  arm.process_spread = robust_spread(medians);
  arm.pair_spread = median(spreads);
  arm.tally = resample_decisions(bound, policy, arm.ratios, decisions, seed);
  arm.votes = count_votes(bound, policy, arm.ratios);
}

bool is_tallied(const StudyCurve& curve) {
  return std::ranges::all_of(curve.arms, [](const StudyArm& arm) { return arm.tally.decisions > 0; });
}

/// Slowdowns and the probability to fail, by the normal model with the spreads that the arm without a slowdown showed.
std::vector<std::pair<double, double>> computed_curve(const StudyCurve& curve, const Policy& policy) {
  const NoiseModel noise{curve.arms.front().pair_spread, curve.arms.front().process_spread};
  std::vector<std::pair<double, double>> points;
  const double last = curve.arms.back().achieved;
  for (int step = 0; step <= 120; ++step) {
    const double slowdown = last * step / 120;
    points.emplace_back(slowdown, decision_power(policy, std::log1p(slowdown) - std::log(curve.bound.value), noise));
  }
  return points;
}

}  // namespace

GateStudy study_gates(SampleSource& source, const std::vector<GateBound>& bounds, const GpuKind& gpu,
                      const std::vector<Gate>& gates, const StudyOptions& options,
                      const std::function<void(const std::string&)>& progress,
                      const std::function<void(const GateStudy&)>& after_process) {
  const std::vector<Gate> operators = operators_of(gates);
  GateStudy study{options.gates.policy, options.gates.seed, 0, {}, {}};
  for (const Gate& gate : operators) study.curves.push_back(empty_curve(gate, bounds, gpu));
  for (std::uint64_t process = 0; process < options.processes; ++process) {
    const std::uint64_t left = options.processes - process;
    if (process % processes_at_once == 0) source.expect_fresh_processes(std::min(processes_at_once, left));
    if (progress) progress(fmt::format("process {} of {}", process + 1, options.processes));
    GateOptions in_this_process = options.gates;
    in_this_process.seed += process;
    GateRunner runner(source, bounds, gpu, in_this_process);
    measure_in_one_process(runner, operators, study);
    if (after_process) after_process(study);
  }
  decide_anew(study, options.decisions);
  return study;
}

void decide_anew(GateStudy& study, std::size_t decisions) {
  if (study.processes <= study.policy.processes) {
    throw std::runtime_error(fmt::format("{} of {} processes could be used, and a decision takes {}{}", study.processes,
                                         study.processes + study.problems.size(), study.policy.processes + 1,
                                         study.problems.empty() ? "" : "; " + study.problems.back()));
  }
  std::uint64_t seed = study.seed;
  for (StudyCurve& curve : study.curves) {
    for (StudyArm& arm : curve.arms) conclude(arm, curve.bound, study.policy, decisions, seed++);
  }
}

void print_study(std::ostream& out, const GateStudy& study) {
  out << policy_text(study.policy) << '\n'
      << fmt::format("{} processes", study.processes) << ", seed " << seed_text(study.seed) << '\n';
  for (const std::string& problem : study.problems) out << "left out: " << problem << '\n';
  for (const StudyCurve& curve : study.curves) {
    out << fmt::format("\n{}: {:.1f} us, bound {:g}\n", curve.bound_name, curve.us, curve.bound.value);
    TextTable table({{"planted", Align::right},
                     {"achieved", Align::right},
                     {"pairs' spread", Align::right},
                     {"processes' spread", Align::right},
                     {"flagged", Align::right},
                     {"failed", Align::right},
                     {"decisions", Align::right},
                     {"95 % interval", Align::right},
                     {"processes beyond", Align::right},
                     {"fails at most", Align::right}});
    for (const StudyArm& arm : curve.arms) {
      const ProportionInterval interval = arm.tally.failure_interval();
      table.add_row({fmt::format("{:.2f} %", 100 * arm.planted), fmt::format("{:.2f} %", 100 * arm.achieved),
                     fmt::format("{:.2f} %", 100 * arm.pair_spread), fmt::format("{:.2f} %", 100 * arm.process_spread),
                     fmt::format("{}", arm.tally.flagged), fmt::format("{}", arm.tally.failed),
                     fmt::format("{}", arm.tally.decisions),
                     fmt::format("{:.2f} to {:.2f} %", 100 * interval.lower, 100 * interval.upper),
                     fmt::format("{} of {}", arm.votes.beyond, arm.votes.processes),
                     fmt::format("{:.2g}", arm.votes.failure_limit)});
    }
    out << table.text();
  }
}

std::string study_to_json(const GateStudy& study, const std::string& device) {
  json object = {{"schema", gate_study_schema}, {"version", 2}, {"device", device}};
  write_fields(object, study);
  for (std::size_t i = 0; i < study.curves.size(); ++i) {
    const StudyCurve& curve = study.curves[i];
    json& written = object["curves"][i];
    written["value"] = number(curve.bound.value);
    for (std::size_t arm = 0; arm < curve.arms.size(); ++arm) {
      const ProportionInterval interval = curve.arms[arm].tally.failure_interval();
      written["arms"][arm]["failed_from"] = number(interval.lower);
      written["arms"][arm]["failed_to"] = number(interval.upper);
    }
    if (is_tallied(curve)) written["computed"] = computed_curve(curve, study.policy);
  }
  return text_of(object);
}

StoredStudy study_from_json(const std::string& text) {
  const json object = parsed_json(text);
  const LenientObject fields(object, "");
  check_schema(fields, gate_study_schema, 2);
  StoredStudy stored;
  GateStudy& study = stored.study;
  fields.read("device", stored.device);
  fields.read(study);
  const Policy& policy = study.policy;
  if (policy.screen_pairs == 0 || policy.processes == 0 || policy.pairs_per_process == 0)
    fields.refuse("policy", "numbers of 1 or more");
  std::size_t next = 0;
  fields.read_list("curves", [&](const LenientObject& entry) {
    StudyCurve& curve = study.curves[next++];
    entry.read("value", curve.bound.value);
    if (curve.arms.empty()) entry.refuse("arms", "a list of one or more");
    for (const StudyArm& arm : curve.arms) {
      if (arm.ratios.size() != study.processes) {
        entry.refuse("arms", "of log_ratios_by_process a list for each of the processes");
      }
      const auto is_short = [&](const std::vector<double>& ratios) { return ratios.size() < policy.pairs_per_process; };
      if (std::ranges::any_of(arm.ratios, is_short)) {
        entry.refuse("arms", "of log_ratios_by_process lists of the policy's pairs_per_process or more");
      }
    }
  });
  return stored;
}

}  // namespace attngate
