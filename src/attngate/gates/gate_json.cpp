#include "attngate/gates/gate_json.h"

#include "attngate/base/json_fields.h"
#include "attngate/case/text.h"
#include "attngate/gates/gate_table.h"
#include "attngate/report/samples_json.h"

namespace attngate {
namespace {

json json_of(const DeviceKey& key) {
  return {{"name", key.device},       {"compute_capability", key.compute_capability},
          {"driver", key.driver},     {"cuda", key.cuda_runtime},
          {"libtorch", key.libtorch}, {"uuid", key.uuid}};
}

json json_of(const MedianEstimate& estimate) {
  return {{"count", estimate.count},
          {"median", number(estimate.median)},
          {"lower", number(estimate.lower)},
          {"upper", number(estimate.upper)},
          {"coverage", number(estimate.coverage)}};
}

json json_of(const SignTest& test, std::size_t exceeding) {
  return {{"trials", test.trials},
          {"beyond", exceeding},
          {"critical", test.critical},
          {"attained_alpha", number(test.attained_alpha)}};
}

json json_of(const Decision& decision) {
  json object = {{"verdict", to_string(decision.verdict)},
                 {"reason", decision.reason},
                 {"bound", {{"kind", to_string(decision.bound.kind)}, {"value", number(decision.bound.value)}}},
                 {"screen",
                  {{"test", json_of(decision.screen.test, decision.screen.exceeding)},
                   {"log_ratio", json_of(decision.screen.log_ratio)},
                   {"spread", number(decision.screen.reading.spread)}}},
                 {"confirm", nullptr}};
  if (decision.confirm) {
    object["confirm"] = {{"test", json_of(decision.confirm->test, decision.confirm->exceeding)},
                         {"log_ratio", json_of(decision.confirm->log_ratio)}};
  }
  return object;
}

json json_of(const SampleAnswer& answer) {
  json object = {{"skip_reason", answer.skip_reason}, {"error", answer.error}, {"peak", nullptr}, {"samples", nullptr}};
  if (answer.ceilings) {
    object["peak"] = {{"flops_per_second", number(answer.ceilings->flops_per_second)},
                      {"copy_bytes_per_second", number(answer.ceilings->copy_bytes_per_second)}};
  }
  if (answer.has_samples()) object["samples"] = parsed_json(samples_to_json(answer.samples));
  return object;
}

json json_of(const GateResult& result) {
  json answers = json::array();
  for (const SampleAnswer& answer : result.answers) answers.push_back(json_of(answer));
  return {{"gate", result.gate.name},
          {"kind", to_string(result.gate.kind)},
          {"case", to_line(result.gate.attention_case)},
          {"candidate", result.gate.candidate.name},
          {"base", result.gate.base.name},
          {"planted_slowdown", number(result.gate.planted_slowdown)},
          {"must_fail", result.gate.must_fail},
          {"status", to_string(result.status)},
          {"line", result.line},
          {"bound_source", result.bound_source},
          {"decision", result.decision ? json_of(*result.decision) : json(nullptr)},
          {"flops_per_second", number(result.flops_per_second)},
          {"processes", answers}};
}

}  // namespace

std::string gates_to_json(const DeviceKey& device, const GateOptions& options, const std::vector<GateResult>& results) {
  json list = json::array();
  for (const GateResult& result : results) list.push_back(json_of(result));
  const RunVerdict verdict = verdict_of(results);
  return text_of({{"schema", "attngate.gates"},
                  {"version", 1},
                  {"device", json_of(device)},
                  {"seed", seed_text(options.seed)},
                  {"policy", policy_text(options.policy)},
                  {"planted_mistake", to_string(options.mistake)},
                  {"verdict", {{"fails", verdict.fails}, {"text", verdict.text}}},
                  {"gates", list}});
}

}  // namespace attngate
