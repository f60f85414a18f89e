#include "attngate/gates/sample_request.h"

#include "attngate/base/json_fields.h"
#include "attngate/report/samples_json.h"

namespace attngate {
namespace {

template <typename Value>
json optional_number(const std::optional<Value>& value) {
  return value ? json(*value) : json(nullptr);
}

json json_of(const OperatorRequest& request) {
  return {{"name", request.name}, {"line", request.line}, {"spin_us", optional_number(request.spin_us)}};
}

OperatorRequest operator_from(const Fields& fields) {
  OperatorRequest request;
  fields.read("name", request.name);
  fields.read("line", request.line);
  fields.read("spin_us", request.spin_us);
  return request;
}

Quantity quantity_from(const Fields& fields) {
  std::string name;
  fields.read("quantity", name);
  if (const std::optional<Quantity> quantity = quantity_named(name)) return *quantity;
  fields.refuse("quantity", "isolated_latency, gpu_time or throughput");
}

}  // namespace

std::string to_json(const SampleRequest& request) {
  return text_of({{"base", json_of(request.base)},
                  {"candidate", json_of(request.candidate)},
                  {"quantity", to_string(request.quantity)},
                  {"seed", seed_text(request.seed)},
                  {"most_pairs", request.most_pairs},
                  {"budget_seconds", request.budget_seconds},
                  {"ceilings", request.ceilings},
                  {"release", request.release}});
}

SampleRequest sample_request_from_json(const std::string& text) {
  const json object = parsed_json(text);
  const Fields fields(object, "");
  SampleRequest request;
  request.base = operator_from(fields.object("base"));
  request.candidate = operator_from(fields.object("candidate"));
  request.quantity = quantity_from(fields);
  fields.read_seed("seed", request.seed);
  fields.read("most_pairs", request.most_pairs);
  fields.read("budget_seconds", request.budget_seconds);
  fields.read("ceilings", request.ceilings);
  fields.read("release", request.release);
  return request;
}

std::string to_json(const SampleAnswer& answer) {
  json object = {
      {"skip_reason", answer.skip_reason}, {"error", answer.error}, {"ceilings", nullptr}, {"samples", nullptr}};
  if (answer.ceilings) {
    object["ceilings"] = {{"flops_per_second", number(answer.ceilings->flops_per_second)},
                          {"copy_bytes_per_second", number(answer.ceilings->copy_bytes_per_second)}};
  }
  if (answer.has_samples()) object["samples"] = samples_to_json(answer.samples);
  return text_of(object);
}

SampleAnswer sample_answer_from_json(const std::string& text) {
  const json object = parsed_json(text);
  const Fields fields(object, "");
  SampleAnswer answer;
  fields.read("skip_reason", answer.skip_reason);
  fields.read("error", answer.error);
  if (!object.at("ceilings").is_null()) {
    const Fields ceilings = fields.object("ceilings");
    ceilings.read("flops_per_second", answer.ceilings.emplace().flops_per_second);
    ceilings.read("copy_bytes_per_second", answer.ceilings->copy_bytes_per_second);
  }
  if (!answer.has_samples()) return answer;
  std::string samples;
  fields.read("samples", samples);
  answer.samples = samples_from_json(samples);
  return answer;
}

}  // namespace attngate
