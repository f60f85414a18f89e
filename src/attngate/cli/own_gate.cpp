#include "attngate/cli/own_gate.h"

#include <CLI/CLI.hpp>

#include <algorithm>

#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/case/text.h"
#include "attngate/cli/chosen.h"
#include "attngate/cli/common_options.h"
#include "attngate/cli/number_option.h"
#include "attngate/workers/worker_sweep_source.h"

namespace attngate {
namespace {

constexpr const char* name_of_own_gate = "gate.own";

/// What LibTorch's paths work on; others are taken to work on padded input, as far as their FLOP/s are concerned.
InputForm form_of(const std::string& path) {
  return path.starts_with("nn_mha_fast.") || path.starts_with("composite_sdpa_nested") ? InputForm::nested
                                                                                       : InputForm::padded;
}

void check_operator(const PathRegistry& registry, const char* option, const std::string& name) {
  std::vector<std::string> names = {"sdpa.flash", "sdpa.efficient", "sdpa.math", "sdpa.cudnn"};
  for (const AttentionPath& path : registry.paths()) names.push_back(path.name);
  if (std::ranges::count(names, name) > 0) return;
  throw UsageError(std::string(option) + " " + printable(name) +
                   ": must be a path, backend included, or sdpa.BACKEND; " + nearest_or_list(name, names));
}

/// Of two times. A million times as fast is a typing error.
constexpr RealRange ratio_range{1e-6, 1e6};

}  // namespace

void add_own_gate(CLI::App& command, OwnGate& own) {
  const char* const group = "A gate of your own, in place of the others";
  add_text_option(command, "--case", own.line, "Its case, a line of text")->group(group);
  add_text_option(command, "--candidate", own.candidate, "The path that must be fast, or sdpa.BACKEND")->group(group);
  add_text_option(command, "--base", own.base, "The path that it is held against")->group(group);
  CLI::Option* const speedup =
      add_number_option(command, "--least-speedup", own.least_speedup, ratio_range, "How many times as fast it must be")
          ->group(group);
  add_number_option(command, "--most-ratio", own.most_ratio, ratio_range, "Or: its time over the base's, at most")
      ->excludes(speedup)
      ->group(group);
  command
      .add_option("--quantity", own.quantity,
                  "What is timed: gpu_time, throughput (launches and waits included) or isolated_latency")
      ->capture_default_str()
      ->group(group);
}

Gate gate_of(const OwnGate& own) {
  if (own.line.empty() || own.candidate.empty() || own.base.empty() || !(own.least_speedup || own.most_ratio)) {
    throw UsageError(
        "a gate of your own takes --case, --candidate, --base and one of --least-speedup and --most-ratio");
  }
  const std::optional<Quantity> quantity = quantity_named(own.quantity);
  if (!quantity) {
    throw UsageError("--quantity " + printable(own.quantity) + ": must be gpu_time, throughput or isolated_latency");
  }
  Gate gate;
  gate.name = name_of_own_gate;
  gate.attention_case = parse_line(own.line);
  gate.candidate = {own.candidate, own.candidate, form_of(own.candidate)};
  if (gate.attention_case.total_tokens() == 0)
    throw UsageError("--case: it has no token, so that there is nothing to time; give it lengths above 0");
  gate.base = {own.base, own.base, form_of(own.base)};
  gate.quantity = *quantity;
  return gate;
}

GateBound bound_of(const OwnGate& own, const std::string& compute_capability) {
  const bool speedup = own.least_speedup.has_value();
  const double value = speedup ? *own.least_speedup : *own.most_ratio;
  return {name_of_own_gate,
          own.quantity,
          speedup ? BoundKind::required_speedup : BoundKind::upper_ratio,
          "a gate of your own",
          {{compute_capability, value, speedup ? "--least-speedup" : "--most-ratio"}}};
}

std::string wrong_result_of(const OwnGate& own, const PathRegistry& registry, c10::Device device) {
  SweepRequest request;
  request.line = own.line;
  const bool need_weights = parse_line(own.line).need_weights;
  for (const std::string& name : {own.candidate, own.base}) {
    if (registry.find(name) == nullptr) continue;  // sdpa.BACKEND is LibTorch's operator itself
    request.operators.push_back({.label = name, .path = name, .need_weights = need_weights, .every_round = false});
  }
  if (request.operators.empty()) return "";
  const SweepAnswer answer = WorkerSweepSource(registry, device).measure(request);
  for (std::size_t index = 0; index < answer.operators.size(); ++index) {
    if (answer.operators[index].kind == OperatorAnswer::Kind::failed)
      return request.operators[index].label + ": " + answer.operators[index].reason;
  }
  return answer.problem;
}

void check_operators(const OwnGate& own, const PathRegistry& registry) {
  check_operator(registry, "--candidate", own.candidate);
  check_operator(registry, "--base", own.base);
}

}  // namespace attngate
