#include "attngate/faults/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "attngate/case/attention_case.h"
#include "attngate/report/measurements.h"
#include "attngate/runner/number_text.h"
#include "attngate/runner/text_table.h"

namespace attngate::faults {
namespace {

/// The line without the dtype, which the table's title names.
std::string without_dtype(const std::string& line) { return line.substr(line.find(' ') + 1); }

std::string fate_of(const Judgement& judgement) {
  if (!judgement.killed) return "survives";
  return judgement.flaky ? "killed (flaky)" : "killed";
}

nlohmann::ordered_json json_of(const Judgement& judgement) {
  return {{"name", judgement.name},
          {"dtype", to_string(judgement.dtype)},
          {"killed", judgement.killed},
          {"flaky", judgement.flaky},
          {"property", judgement.property},
          {"status", judgement.status},
          {"cases", judgement.cases},
          {"first_line", judgement.first_line},
          {"line", judgement.line},
          {"reason", judgement.reason},
          {"sequences", judgement.sequences},
          {"tokens", judgement.tokens},
          {"shrink_attempts", judgement.shrink_attempts},
          {"shrink_seconds", judgement.shrink_seconds},
          {"seconds", judgement.seconds},
          {"unseen", judgement.unseen}};
}

nlohmann::ordered_json json_of(const Summary& summary) {
  nlohmann::ordered_json survivors = nlohmann::json::array();
  for (const Judgement* survivor : summary.survivors) survivors.push_back(survivor->name);
  return {{"dtype", to_string(summary.dtype)},
          {"faults", summary.faults},
          {"killed", summary.killed},
          {"kill_rate", summary.kill_rate()},
          {"median_cases", summary.median_cases},
          {"median_sequences", summary.median_sequences},
          {"median_tokens", summary.median_tokens},
          {"shrink_seconds_95", summary.shrink_seconds_95},
          {"seconds", summary.seconds},
          {"survivors", survivors}};
}

}  // namespace

void print_fault_table(std::ostream& out, const FaultRun& run, DType dtype) {
  TextTable table({{to_string(dtype) + " fault"}, {"gate"}, {"cases", Align::right}, {"property"}, {"status"},
                   {"shrink s", Align::right}, {"smallest case"}});
  for (const Judgement& judgement : run.judgements) {
    if (judgement.dtype != dtype) continue;
    table.add_row({judgement.name, fate_of(judgement), grouped(judgement.cases), judgement.property, judgement.status,
                   judgement.killed ? fmt::format("{:.1f}", judgement.shrink_seconds) : "",
                   without_dtype(judgement.line)});
    if (judgement.killed) continue;
    table.add_note(judgement.unseen.empty() ? "UNEXPLAINED" : judgement.unseen);
  }
  out << table.text();
}

void print_summary(std::ostream& out, const FaultRun& run, const std::vector<DType>& dtypes) {
  TextTable table({{"dtype"}, {"faults", Align::right}, {"killed", Align::right}, {"kill rate", Align::right},
                   {"cases to the kill", Align::right}, {"sequences", Align::right}, {"tokens", Align::right},
                   {"shrink s (95 %)", Align::right}, {"time s", Align::right}});
  for (const DType dtype : dtypes) {
    const Summary summary = summarise(run.judgements, dtype);
    table.add_row({to_string(dtype), grouped(summary.faults), grouped(summary.killed),
                   fmt::format("{:.1f} %", 100 * summary.kill_rate()), fmt::format("{:g}", summary.median_cases),
                   fmt::format("{:g}", summary.median_sequences), fmt::format("{:g}", summary.median_tokens),
                   fmt::format("{:.2f}", summary.shrink_seconds_95), fmt::format("{:.1f}", summary.seconds)});
  }
  out << table.text() << "Cases, sequences and tokens are medians over the killed faults.\n";
}

std::string to_json(const FaultRun& run, const std::vector<DType>& dtypes) {
  nlohmann::ordered_json json = {{"schema", "attngate.faults"},
                                 {"version", 1},
                                 {"device", run.device},
                                 {"device_name", run.device_name},
                                 {"libtorch_version", run.libtorch_version},
                                 {"seed", fmt::format("{:#x}", run.budget.seed)},
                                 {"cases_per_property", run.budget.cases_per_property},
                                 {"seconds", run.budget.seconds},
                                 {"properties", run.properties},
                                 {"shortfalls", run.shortfalls}};
  for (const DType dtype : dtypes) json["summaries"].push_back(json_of(summarise(run.judgements, dtype)));
  for (const Judgement& control : run.controls) json["controls"].push_back(json_of(control));
  for (const Judgement& judgement : run.judgements) json["faults"].push_back(json_of(judgement));
  return json.dump(2) + "\n";
}

void write_fault_measurements(std::ostream& out, const FaultRun& run, const std::vector<DType>& dtypes) {
  write_measurement(out, "device", run.device_name);
  for (const DType dtype : dtypes) {
    const Summary summary = summarise(run.judgements, dtype);
    const std::string prefix = to_string(dtype) + ".";
    write_measurement(out, prefix + "faults", static_cast<double>(summary.faults));
    write_measurement(out, prefix + "kill_rate", summary.kill_rate());
    write_measurement(out, prefix + "median_cases", summary.median_cases);
    write_measurement(out, prefix + "median_sequences", summary.median_sequences);
    write_measurement(out, prefix + "median_tokens", summary.median_tokens);
    write_measurement(out, prefix + "shrink_seconds_95", summary.shrink_seconds_95);
  }
}

}  // namespace attngate::faults
