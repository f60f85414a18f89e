#include <fmt/format.h>

#include <optional>

#include "attngate/base/json_fields.h"
#include "attngate/base/printable.h"
#include "attngate/kill_rate/report.h"

namespace attngate::faults {
namespace {

DType dtype_from(const LenientObject& fields) {
  std::string name;
  fields.read("dtype", name);
  for (const DType dtype : {DType::fp16, DType::bf16, DType::fp32}) {
    if (to_string(dtype) == name) return dtype;
  }
  fields.refuse("dtype", "fp16, bf16 or fp32");
}

std::int64_t whole_from(const LenientObject& fields, const char* key) {
  std::uint64_t value = 0;
  fields.read(key, value);
  return static_cast<std::int64_t>(value);
}

Judgement judgement_from(const LenientObject& fields) {
  Judgement judgement;
  judgement.dtype = dtype_from(fields);
  judgement.sequences = whole_from(fields, "sequences");
  judgement.tokens = whole_from(fields, "tokens");
  fields.read("name", judgement.name);
  fields.read("killed", judgement.killed);
  fields.read("flaky", judgement.flaky);
  fields.read("property", judgement.property);
  fields.read("status", judgement.status);
  fields.read("cases", judgement.cases);
  fields.read("cases_by_property", judgement.cases_by_property);
  fields.read("first_line", judgement.first_line);
  fields.read("line", judgement.line);
  fields.read("reason", judgement.reason);
  fields.read("shrink_attempts", judgement.shrink_attempts);
  fields.read("shrink_seconds", judgement.shrink_seconds);
  fields.read("seconds", judgement.seconds);
  fields.read("unseen", judgement.unseen);
  fields.read("false_alarm", judgement.false_alarm);
  return judgement;
}

}  // namespace

void take_over(FaultRun& run, const std::string& text, const std::string& file) {
  constexpr const char* advice = "resume it with the options that it was made with, or name another file";
  std::string options;
  try {
    const json object = parsed_json(text);
    const LenientObject fields(object, "");
    check_schema(fields, faults_schema, faults_version);
    fields.read("options", options);
    fields.read_list("controls", [&](const LenientObject& one) { run.controls.push_back(judgement_from(one)); });
    fields.read_list("faults", [&](const LenientObject& one) { run.judgements.push_back(judgement_from(one)); });
  } catch (const ResultsError& error) {
    throw UsageError(fmt::format("--resume: {} cannot be gone on with: {}; {}", printable(file), error.what(), advice));
  }
  if (options == run.options) return;
  throw UsageError(fmt::format("--resume: {} is of another run: it has '{}' and not '{}'; {}", printable(file), options,
                               run.options, advice));
}

}  // namespace attngate::faults
