#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "attngate/decision/operating_characteristic.h"
#include "attngate/gates/gate_bounds.h"
#include "attngate/gates/gate_run.h"

namespace attngate {

/// How error rates are measured.
struct StudyOptions {
  /// Fresh processes, each of which measures every arm; more than policy.processes.
  std::uint64_t processes = 40;
  GateOptions gates = {};
  /// Decisions drawn for each arm. 4,000: with no failure among them the rate is below 0.075 % at 95 % (1 -
  /// 0.05^(1/4000)).
  std::size_t decisions = 4000;
};

/// One slowdown of one operator.
struct StudyArm {
  /// Asked for, and the median of what the processes saw; 0.02 is 2 %.
  double planted = 0;
  double achieved = 0;
  /// Of the processes' medians, in log units, and of the pairs about them (median over processes).
  double process_spread = 0;
  double pair_spread = 0;
  Tally tally;
  ProcessVotes votes;
  ProcessRatios ratios;
};

/// Readers find tally and votes anew from the ratios: decide_anew().
constexpr auto describe(const StudyArm*) {
  return fields(field("planted", &StudyArm::planted), field("achieved", &StudyArm::achieved),
                field("pair_spread", &StudyArm::pair_spread), field("process_spread", &StudyArm::process_spread),
                inlined(&StudyArm::tally), inlined(&StudyArm::votes),
                field("log_ratios_by_process", &StudyArm::ratios));
}

/// The arms of one bound's operator.
struct StudyCurve {
  std::string bound_name;
  Bound bound;
  /// Median time of the operator in us.
  double us = 0;
  std::vector<StudyArm> arms;
};

constexpr auto describe(const StudyCurve*) {
  return fields(field("bound", &StudyCurve::bound_name), keyless(&StudyCurve::bound), field("us", &StudyCurve::us),
                field("arms", &StudyCurve::arms));
}

/// Error rates of the rule on this machine: decisions drawn anew from the samples of real processes.
struct GateStudy {
  Policy policy;
  std::uint64_t seed = 0;
  /// Processes that measured every arm.
  std::uint64_t processes = 0;
  std::vector<StudyCurve> curves;
  /// A line for each process that was left out, with all of its arms: throttled, host-bound, an error.
  std::vector<std::string> problems;
};

constexpr auto describe(const GateStudy*) {
  return fields(field("seed", &GateStudy::seed).as_seed(), field("policy", &GateStudy::policy),
                field("processes", &GateStudy::processes), field("left_out", &GateStudy::problems),
                field("curves", &GateStudy::curves));
}

/// Measures the operators of the self gates with slowdowns of 0 to 3 times what their bounds forgive, in fresh
/// processes.
///
/// `after_process` gets what has been measured so far, without tallies, so that nothing is lost; may be empty.
/// Throws UsageError when there is no self gate among the gates or a bound is missing, std::runtime_error when too few
/// processes could measure them.
GateStudy study_gates(SampleSource& source, const std::vector<GateBound>& bounds, const GpuKind& gpu,
                      const std::vector<Gate>& gates, const StudyOptions& options,
                      const std::function<void(const std::string&)>& progress = {},
                      const std::function<void(const GateStudy&)>& after_process = {});

/// Tallies decisions anew from the ratios of a study, finished or not. Throws std::runtime_error when there are too few
/// processes for one decision.
void decide_anew(GateStudy& study, std::size_t decisions);

/// One line an arm: slowdown, failures of how many decisions, their interval; and how many processes voted against the
/// bound, with the failure rate that so few processes leave possible at 95 %.
void print_study(std::ostream& out, const GateStudy& study);

inline constexpr const char* gate_study_schema = "attngate.gate_study";

/// With every ratio, the intervals of the failed shares, and the curve that the spreads make one expect: schema
/// attngate.gate_study, version 2, which tools/plot.py draws. `device` is a line for people.
std::string study_to_json(const GateStudy& study, const std::string& device);

/// A study as it was written, and the device's line.
struct StoredStudy {
  std::string device;
  /// Under the policy that it was made for; decide_anew() tallies it.
  GateStudy study;
};

/// Reads that text; throws ResultsError for anything else.
StoredStudy study_from_json(const std::string& text);

}  // namespace attngate
