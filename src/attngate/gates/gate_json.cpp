#include "attngate/gates/gate_json.h"

#include "attngate/base/json_fields.h"
#include "attngate/case/text.h"
#include "attngate/gates/gate_table.h"
#include "attngate/report/samples_json.h"

namespace attngate {
namespace {

json json_of_test(const SignTest& test, std::size_t exceeding) {
  return {{"trials", test.trials},
          {"beyond", exceeding},
          {"critical", test.critical},
          {"attained_alpha", number(test.attained_alpha)}};
}

json json_of_decision(const Decision& decision) {
  json object = {{"verdict", to_string(decision.verdict)},
                 {"reason", decision.reason},
                 {"bound", json_of(decision.bound)},
                 {"screen",
                  {{"test", json_of_test(decision.screen.test, decision.screen.exceeding)},
                   {"log_ratio", json_of(decision.screen.log_ratio)},
                   {"spread", number(decision.screen.reading.spread)}}},
                 {"confirm", nullptr}};
  if (decision.confirm) {
    object["confirm"] = {{"test", json_of_test(decision.confirm->test, decision.confirm->exceeding)},
                         {"log_ratio", json_of(decision.confirm->log_ratio)}};
  }
  return object;
}

json json_of_answer(const SampleAnswer& answer) {
  json object = json_of(answer);
  object["samples"] = answer.has_samples() ? samples_json(answer.samples) : json(nullptr);
  return object;
}

json json_of_result(const GateResult& result) {
  json answers = json::array();
  for (const SampleAnswer& answer : result.answers) answers.push_back(json_of_answer(answer));
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
          {"decision", result.decision ? json_of_decision(*result.decision) : json(nullptr)},
          {"flops_per_second", number(result.flops_per_second)},
          {"processes", answers}};
}

}  // namespace

std::string gates_to_json(const DeviceKey& device, const GateOptions& options, const std::vector<GateResult>& results) {
  json list = json::array();
  for (const GateResult& result : results) list.push_back(json_of_result(result));
  const RunVerdict verdict = verdict_of(results);
  return text_of({{"schema", gates_schema},
                  {"version", 1},
                  {"device", json_of(device)},
                  {"seed", seed_text(options.seed)},
                  {"policy", policy_text(options.policy)},
                  {"planted_mistake", to_string(options.mistake)},
                  {"verdict", {{"fails", verdict.fails}, {"text", verdict.text}}},
                  {"gates", list}});
}

}  // namespace attngate
