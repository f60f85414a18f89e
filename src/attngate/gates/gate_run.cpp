#include "attngate/gates/gate_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "attngate/base/median.h"
#include "attngate/base/number_text.h"
#include "attngate/case/text.h"
#include "attngate/decision/decision_text.h"
#include "attngate/gates/gate_evidence.h"
#include "attngate/gates/gate_rules.h"
#include "attngate/samples/sampling_plan.h"

namespace attngate {
namespace {

/// A spin is measured with few pairs: its length is only what was asked for, the gate goes by what was achieved.
constexpr std::uint64_t pairs_to_plant = 21;

/// A path gate's bound is what processes differ by away, where half as many pairs decide as well and cost half: of 101
/// in place of 201 63 flag, alpha 0.0083.
std::uint64_t pairs_of_a_path_gate(std::uint64_t pairs_of_a_screen) { return pairs_of_a_screen / 2 + 1; }

/// A process whose samples are invalid gets a replacement; more than this many say that the GPU is in no state to
/// confirm.
constexpr std::size_t most_replacements = 3;

GateStatus status_of(const Gate& gate, GateVerdict verdict) {
  if (verdict == GateVerdict::inconclusive) return GateStatus::inconclusive;
  return (verdict == GateVerdict::fail) == gate.must_fail ? GateStatus::pass : GateStatus::fail;
}

}  // namespace

struct GateRunner::Screened {
  GateResult result;
  SampleRequest request;
  Bound bound;
  Policy policy;
  ReadingRule rule;
  /// Empty where the gate was skipped, or could not be measured.
  std::optional<ScreenResult> screen;
  /// What fresh processes measured.
  std::vector<std::vector<PairSample>> processes;
  std::size_t valid_processes = 0;
  /// What went wrong in a fresh process: the path ran in the screen, so that it is a failure.
  std::string error;

  Policy policy_of_processes() const;

  static Screened skip(Screened screened, const std::string& reason) {
    screened.result.status = GateStatus::skipped;
    screened.result.line = reason;
    return screened;
  }
  /// Nothing could be measured of a path that promised to run.
  static Screened fail(Screened screened, const std::string& why) {
    screened.break_by(why);
    return screened;
  }
  void break_by(const std::string& why) {
    result.status = GateStatus::fail;
    result.line = result.gate.candidate.label + " against " + result.gate.base.label + " could not be measured: " + why;
  }
};

GateRunner::GateRunner(SampleSource& source, const std::vector<GateBound>& bounds, GpuKind gpu, GateOptions options,
                       std::function<void(const std::string&)> progress)
    : source_(source),
      bounds_(bounds),
      gpu_(std::move(gpu)),
      options_(std::move(options)),
      progress_(std::move(progress)) {}

SampleAnswer GateRunner::ask(const SampleRequest& request, bool in_fresh_process) {
  return source_.sample(request, in_fresh_process);
}

SampleRequest GateRunner::request_for(const Gate& gate) const {
  SampleRequest request;
  request.candidate = {gate.candidate.name, to_line(gate.attention_case)};
  request.base =
      gate.kind == GateKind::roofline ? request.candidate : OperatorRequest{gate.base.name, request.candidate.line};
  request.quantity = gate.quantity;
  request.seed = options_.seed;
  request.most_pairs = has_one_value(gate) ? options_.policy.pairs_per_process : options_.policy.screen_pairs;
  if (gate.kind == GateKind::path) request.most_pairs = pairs_of_a_path_gate(request.most_pairs);
  request.budget_seconds = options_.budget_seconds;
  request.ceilings = gate.kind == GateKind::roofline;
  return request;
}

/// Both sides get a spin, the base one of no length: what starting it costs is on both sides then.
std::string GateRunner::plant(SampleRequest& request, const Gate& gate, bool in_fresh_process) {
  request.base.spin_us = request.candidate.spin_us = 0;
  if (gate.planted_slowdown == 0) return "";
  SampleRequest trial = request;
  trial.most_pairs = pairs_to_plant;
  const SampleAnswer answer = ask(trial, in_fresh_process);
  if (!answer.has_samples()) return answer.error.empty() ? answer.skip_reason : answer.error;
  request.candidate.spin_us = gate.planted_slowdown * median_of(base_times(answer.samples));
  return "";
}

GateRunner::Screened GateRunner::screen_gate(const Gate& gate) {
  Screened screened;
  screened.result.gate = gate;
  const BoundChoice choice = choose_bound(bounds_, gate.bound_name(), gpu_);
  if (!choice.bound) return Screened::skip(std::move(screened), choice.skip_reason);
  screened.bound = *choice.bound;
  screened.result.bound_source = choice.source;
  SampleRequest& request = screened.request = request_for(gate);
  const PlantedMistake mistake = gate.kind == GateKind::self ? PlantedMistake::none : options_.mistake;
  if (!make_mistake(request.candidate, gate, mistake)) {
    return Screened::skip(std::move(screened), "there is nothing to get wrong here by --plant " + to_string(mistake));
  }
  if (gate.kind == GateKind::self) {
    if (const std::string error = plant(request, gate, false); !error.empty())
      return Screened::fail(std::move(screened), error);
  }
  screened.result.answers.push_back(ask(request, false));
  const SampleAnswer& answer = screened.result.answers.front();
  if (!answer.skip_reason.empty()) return Screened::skip(std::move(screened), answer.skip_reason);
  if (!answer.error.empty()) return Screened::fail(std::move(screened), answer.error);
  screened.policy = policy_for(gate, options_.policy, answer);
  screened.rule = rule_for(gate, screened.policy, screened.bound);
  screened.rule.clock = choice.clock;
  screened.screen = screen(screened.bound, screened.policy, screened.rule, evidence_of(gate, answer));
  return screened;
}

/// For judging processes: pairs are missing by their budget only, which no ratio has a part in, so that fewer are no
/// fault.
Policy GateRunner::Screened::policy_of_processes() const {
  Policy fewer = policy;
  for (const std::vector<PairSample>& pairs : processes)
    fewer.pairs_per_process = std::min(fewer.pairs_per_process, pairs.size());
  if (!has_one_value(result.gate))
    fewer.pairs_per_process = std::max<std::size_t>(fewer.pairs_per_process, least_pairs);
  return fewer;
}

void GateRunner::measure_once_more(Screened& flagged, bool in_fresh_process) {
  SampleRequest request = flagged.request;
  request.most_pairs = options_.policy.pairs_per_process;
  request.seed = options_.seed + flagged.processes.size() + 1;
  const SampleAnswer& answer = flagged.result.answers.emplace_back(ask(request, in_fresh_process));
  if (!answer.has_samples()) {
    flagged.error = answer.error.empty() ? answer.skip_reason : answer.error;
    return;
  }
  flagged.processes.push_back(evidence_of(flagged.result.gate, answer));
  if (read_process(flagged.processes.back(), flagged.policy_of_processes().pairs_per_process, flagged.rule).valid())
    ++flagged.valid_processes;
}

void GateRunner::confirm_in_fresh_processes(std::vector<Screened*> flagged) {
  const std::size_t wanted = options_.policy.processes;
  if (progress_ && !flagged.empty()) progress_(fmt::format("starting {} fresh processes", wanted));
  if (!flagged.empty()) source_.expect_fresh_processes(wanted);
  for (std::size_t process = 0; process < wanted + most_replacements; ++process) {
    std::erase_if(flagged,
                  [&](const Screened* gate) { return gate->valid_processes >= wanted || !gate->error.empty(); });
    if (flagged.empty()) return;
    if (progress_)
      progress_(fmt::format("confirming {} in fresh process {}", counted(flagged.size(), "gate"), process + 1));
    for (Screened* gate : flagged) measure_once_more(*gate, gate == flagged.front());
  }
}

void GateRunner::conclude(Screened& screened) {
  if (!screened.screen) return;  // skipped, or broken
  GateResult& result = screened.result;
  if (!screened.error.empty()) {
    screened.break_by(screened.error);
    return;
  }
  std::optional<ConfirmResult> confirmed;
  if (!screened.processes.empty())
    confirmed = confirm(screened.bound, screened.policy_of_processes(), screened.rule, screened.processes);
  result.decision = decide(screened.bound, *screened.screen, std::move(confirmed));
  result.status = status_of(result.gate, result.decision->verdict);
  const std::string measured = result.gate.kind == GateKind::memory ? "peak memory" : "time";
  result.line = decision_line({result.gate.candidate.label, result.gate.base.label, measured}, *result.decision);
  if (result.gate.must_fail)
    result.line += result.status == GateStatus::pass ? ": it fails, as it must" : ": it does not fail, but must";
  if (result.gate.kind == GateKind::memory) return;
  const SampleAnswer& first = result.answers.front();
  result.flops_per_second = achieved_flops_per_second(result.gate, first.samples);
  if (first.ceilings) result.peak_flops_per_second = first.ceilings->flops_per_second;
}

std::vector<GateResult> GateRunner::run(const std::vector<Gate>& gates,
                                        const std::function<void(const GateResult&)>& on_result) {
  std::vector<Screened> all;
  all.reserve(gates.size());
  const auto decided = [&](Screened& screened) {
    conclude(screened);
    if (on_result) on_result(screened.result);
  };
  const auto awaits_confirmation = [&](const Screened& screened) {
    return options_.confirm && screened.screen && screened.screen->flagged();
  };
  for (const Gate& gate : gates) {
    if (progress_) progress_("screening " + gate.name);
    all.push_back(screen_gate(gate));
    if (!awaits_confirmation(all.back())) decided(all.back());
  }
  std::vector<Screened*> flagged;
  for (Screened& screened : all) {
    if (awaits_confirmation(screened)) flagged.push_back(&screened);
  }
  confirm_in_fresh_processes(flagged);
  for (Screened* screened : flagged) decided(*screened);
  std::vector<GateResult> results;
  for (Screened& screened : all) results.push_back(std::move(screened.result));
  return results;
}

std::optional<MeasuredRatio> GateRunner::measure(const Gate& gate, bool in_fresh_process, std::string& problem) {
  SampleRequest request = request_for(gate);
  request.most_pairs =
      options_.policy.pairs_per_process;  // as in the processes that confirm: their medians shall be alike
  const SampleAnswer answer = ask(request, in_fresh_process);
  const std::vector<PairSample> pairs = evidence_of(gate, answer);
  const ProcessReading reading = read_process(pairs, pairs.size(), rule_of_quantity(gate));
  problem = !answer.error.empty() ? answer.error : !answer.skip_reason.empty() ? answer.skip_reason : reading.problem;
  if (!problem.empty()) return std::nullopt;
  return MeasuredRatio{std::exp(median(reading.log_ratios)), reading.median_mhz};
}

ProcessReading GateRunner::read_arm(const Gate& gate, bool in_fresh_process) {
  SampleRequest request = request_for(gate);
  ProcessReading reading;
  reading.problem = plant(request, gate, in_fresh_process);
  if (!reading.problem.empty()) return reading;
  // With a slowdown to plant, the trial has begun the process.
  const SampleAnswer answer = ask(request, in_fresh_process && gate.planted_slowdown == 0);
  const std::vector<PairSample> pairs = evidence_of(gate, answer);
  reading = read_process(pairs, pairs.size(), {});
  if (!answer.has_samples()) reading.problem = answer.error.empty() ? answer.skip_reason : answer.error;
  return reading;
}

}  // namespace attngate
