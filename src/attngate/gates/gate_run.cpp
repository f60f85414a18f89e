#include "attngate/gates/gate_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "attngate/base/median.h"
#include "attngate/base/number_text.h"
#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/case/text.h"
#include "attngate/decision/decision_text.h"
#include "attngate/decision/power.h"
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

/// Share of the host's processors that others may take while throughput is measured. Chosen: 1.6 of 16 processors, 3
/// of 32. With four property tests beside them on a host of 32, on another GPU, 3 of 38 path gates failed falsely
/// (H100, docs/gates.md).
constexpr double most_others_cpu_share = 0.1;

/// Spread of processes that a self gate is planned for: above the bands measured for 200 us operators, 0.08 to 0.18 %
/// on an H100 and an H200 (docs/gates.md). The cap on the pairs' spread is 1.4 % then, and such pairs spread by 0.4
/// to 1.06 %.
constexpr double planned_process_spread = 0.0025;
/// With which a slowdown that must fail fails.
constexpr double wanted_power = 0.99;

bool has_one_value(const Gate& gate) { return gate.kind == GateKind::roofline || gate.kind == GateKind::memory; }

std::string backend_suffix(const std::string& name) {
  const std::size_t dot = name.find('.');
  return dot == std::string::npos ? "" : name.substr(dot);
}

std::string with_backend(const std::string& name, const std::string& backend) {
  return name.substr(0, name.size() - backend_suffix(name).size()) + "." + backend;
}

/// Makes the mistake in the candidate; false where there is nothing to get wrong.
bool make_mistake(OperatorRequest& candidate, const Gate& gate, PlantedMistake mistake) {
  switch (mistake) {
    case PlantedMistake::none:
      return true;
    case PlantedMistake::math_backend:
      if (backend_suffix(candidate.name).empty()) return false;  // its backend was settled when it was compiled
      candidate.name = with_backend(candidate.name, "math");
      return true;
    case PlantedMistake::padding:
      if (gate.candidate.form != InputForm::nested) return false;
      candidate.name = "nn_mha_slow.efficient";
      return true;
    case PlantedMistake::upcast: {
      if (gate.attention_case.dtype == DType::fp32) return false;
      AttentionCase upcast = gate.attention_case;
      upcast.dtype = DType::fp32;
      candidate.line = to_line(upcast);
      if (!backend_suffix(candidate.name).empty()) candidate.name = with_backend(candidate.name, "efficient");
      return true;
    }
  }
  throw std::logic_error("no such mistake");
}

AttentionWork work_of(const Gate& gate) {
  return is_bare_sdpa(gate.candidate) ? sdpa_work(gate.attention_case, gate.candidate.form)
                                      : mha_work(gate.attention_case, gate.candidate.form);
}

double achieved_flops_per_second(const Gate& gate, const PairedSamples& samples) {
  return work_of(gate).flops / (1e-6 * median_of(candidate_times(samples)));
}

/// Whether the device may have waited in so many samples that their median is the host's.
bool device_mostly_waited(const PairedSamples& samples) { return share_with_visible_launches(samples) > 0.1; }

std::uint64_t clock_events_of(const PairedSamples& samples) {
  return samples.clocks_before.event_reasons.value_or(0) | samples.clocks_after.event_reasons.value_or(0);
}

PairSample rate_against_peak(const Gate& gate, const SampleAnswer& answer) {
  PairSample pair;
  pair.candidate = achieved_flops_per_second(gate, answer.samples);
  pair.base = answer.ceilings ? answer.ceilings->flops_per_second : 0;
  pair.device_waited = gate.quantity == Quantity::gpu_time && device_mostly_waited(answer.samples);
  return pair;
}

PairSample peak_bytes(const SampleAnswer& answer) {
  PairSample pair;
  pair.candidate = static_cast<double>(answer.samples.candidate.peak_bytes.value_or(0));
  pair.base = static_cast<double>(answer.samples.base.peak_bytes.value_or(0));
  return pair;
}

std::vector<PairSample> times(const PairedSamples& samples) {
  std::vector<PairSample> pairs;
  for (const SamplePair& measured : samples.pairs) {
    PairSample& pair = pairs.emplace_back();
    pair.candidate = measured.candidate.us;
    pair.base = measured.base.us;
    if (measured.candidate.sm_mhz && measured.base.sm_mhz)
      pair.sm_mhz = (*measured.candidate.sm_mhz + *measured.base.sm_mhz) / 2;
    pair.device_waited = samples.quantity == Quantity::gpu_time &&
                         !(measured.candidate.launches_hidden && measured.base.launches_hidden);
  }
  return pairs;
}

std::vector<PairSample> evidence_of(const Gate& gate, const SampleAnswer& answer) {
  if (!answer.has_samples()) return {};
  std::vector<PairSample> pairs;
  switch (gate.kind) {
    case GateKind::self:
    case GateKind::path:
      pairs = times(answer.samples);
      break;
    case GateKind::roofline:
      pairs = {rate_against_peak(gate, answer)};
      break;
    case GateKind::memory:
      return {peak_bytes(answer)};  // whatever the clocks do
  }
  for (PairSample& pair : pairs) {
    pair.clock_events = clock_events_of(answer.samples);
    pair.others_cpu_share = answer.samples.others_cpu_share.value_or(0);
  }
  return pairs;
}

/// Throughput is the slower of host and device, whichever that is: its users wait for both, and a busy host slows it.
ReadingRule rule_of_quantity(const Gate& gate) {
  ReadingRule rule;
  if (gate.quantity == Quantity::gpu_time) return rule;
  rule.host_bound_expected = true;
  rule.max_others_cpu_share = most_others_cpu_share;
  return rule;
}

ReadingRule rule_for(const Gate& gate, const Policy& policy, const Bound& bound) {
  ReadingRule rule = rule_of_quantity(gate);
  if (gate.kind == GateKind::self) {
    const double bound_slowdown = bound.value - 1, must_be_found = 2 * bound_slowdown;
    rule.max_spread = spread_cap(policy, std::log1p(must_be_found) - std::log1p(bound_slowdown), planned_process_spread,
                                 wanted_power);
  }
  return rule;
}

Policy policy_for(const Gate& gate, const GateOptions& options, const SampleAnswer& answer) {
  Policy policy = has_one_value(gate) ? single_value_policy() : options.policy;
  if (!has_one_value(gate)) policy.screen_pairs = answer.samples.pairs.size();
  return policy;
}

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

std::string to_string(GateStatus status) {
  switch (status) {
    case GateStatus::pass:
      return "pass";
    case GateStatus::fail:
      return "fail";
    case GateStatus::inconclusive:
      return "inconclusive";
    case GateStatus::skipped:
      return "skipped";
  }
  throw std::logic_error("no such status");
}

std::string to_string(PlantedMistake mistake) {
  switch (mistake) {
    case PlantedMistake::none:
      return "none";
    case PlantedMistake::math_backend:
      return "math";
    case PlantedMistake::padding:
      return "padding";
    case PlantedMistake::upcast:
      return "upcast";
  }
  throw std::logic_error("no such mistake");
}

PlantedMistake parse_planted_mistake(const std::string& name) {
  for (const PlantedMistake mistake :
       {PlantedMistake::none, PlantedMistake::math_backend, PlantedMistake::padding, PlantedMistake::upcast}) {
    if (to_string(mistake) == name) return mistake;
  }
  throw UsageError("--plant " + printable(name) + ": must be math, padding, upcast or none");
}

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
  screened.policy = policy_for(gate, options_, answer);
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
  result.line = decision_line({result.gate.candidate.label, result.gate.base.label}, *result.decision);
  if (result.gate.must_fail) result.line += result.status == GateStatus::pass ? ", as it must" : ", but must fail";
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
