#include "attngate/kill_rate/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "attngate/base/json_fields.h"
#include "attngate/base/number_text.h"
#include "attngate/base/text_table.h"
#include "attngate/case/attention_case.h"
#include "attngate/report/measurements.h"

namespace attngate::faults {
namespace {

/// The line without the dtype, which the table's title names.
std::string without_dtype(const std::string& line) { return line.substr(line.find(' ') + 1); }

std::string fate_of(const Judgement& judgement) {
  if (judgement.never_ran()) return "never ran";
  if (!judgement.killed) return "survives";
  return judgement.flaky ? "killed (flaky)" : "killed";
}

json json_of(const Judgement& judgement) {
  return {{"name", judgement.name},
          {"dtype", to_string(judgement.dtype)},
          {"killed", judgement.killed},
          {"flaky", judgement.flaky},
          {"property", judgement.property},
          {"status", judgement.status},
          {"cases", judgement.cases},
          {"cases_by_property", judgement.cases_by_property},
          {"first_line", judgement.first_line},
          {"line", judgement.line},
          {"reason", judgement.reason},
          {"sequences", judgement.sequences},
          {"tokens", judgement.tokens},
          {"shrink_attempts", judgement.shrink_attempts},
          {"shrink_seconds", judgement.shrink_seconds},
          {"seconds", judgement.seconds},
          {"unseen", judgement.unseen},
          {"false_alarm", judgement.false_alarm}};
}

json json_of(const RivalColumn& column) {
  json faults = json::array();
  for (const RivalVerdict& verdict : column.faults) {
    faults.push_back({{"name", verdict.fault}, {"killed", verdict.killed}, {"tests", verdict.tests}});
  }
  return {{"name", column.name},
          {"dtype", to_string(column.dtype)},
          {"tests", column.tests},
          {"seconds", column.seconds},
          {"killed", column.killed()},
          {"healthy_tests", column.healthy_tests},
          {"false_alarms", column.false_alarms},
          {"faults", faults}};
}

json json_of(const Summary& summary) {
  json survivors = json::array();
  for (const Judgement* survivor : summary.survivors) survivors.push_back(survivor->name);
  json never_ran = json::array();
  for (const Judgement* fault : summary.never_ran) never_ran.push_back(fault->name);
  return {{"dtype", to_string(summary.dtype)},
          {"faults", summary.faults},
          {"killed", summary.killed},
          {"kill_rate", summary.kill_rate()},
          {"median_cases", summary.median_cases},
          {"median_sequences", summary.median_sequences},
          {"median_tokens", summary.median_tokens},
          {"shrink_seconds_95", summary.shrink_seconds_95},
          {"seconds", summary.seconds},
          {"survivors", survivors},
          {"never_ran", never_ran}};
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "" : fmt::format("{:.1f} %", 100 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string count_of(std::uint64_t part, std::uint64_t whole) { return grouped(part) + " of " + grouped(whole); }

/// "killed (3)" after the third test, "survives", or "never ran"; empty where the rival was not asked.
std::string rival_cell(const RivalColumn& column, const std::string& fault) {
  const auto found = std::ranges::find(column.faults, fault, &RivalVerdict::fault);
  if (found == column.faults.end()) return "";
  if (found->tests == 0) return "never ran";
  return found->killed ? "killed (" + grouped(found->tests) + ")" : "survives";
}

std::vector<const RivalColumn*> rivals_of(const FaultRun& run, DType dtype) {
  std::vector<const RivalColumn*> columns;
  for (const RivalColumn& column : run.rivals) {
    if (column.dtype == dtype) columns.push_back(&column);
  }
  return columns;
}

void add_gate_row(TextTable& table, const FaultRun& run, DType dtype) {
  const Summary summary = summarise(run.judgements, dtype);
  const auto control = std::ranges::find(run.controls, dtype, &Judgement::dtype);
  const std::string alarms =
      control == run.controls.end() ? "" : count_of(control->killed ? 1 : 0, control->cases) + " cases";
  table.add_row({to_string(dtype), "attngate", count_of(summary.killed, summary.faults),
                 percent(summary.killed, summary.faults), fmt::format("{:g}", summary.median_cases),
                 fmt::format("{:g}", summary.median_sequences), fmt::format("{:g}", summary.median_tokens),
                 fmt::format("{:.2f}", summary.shrink_seconds_95), alarms, fmt::format("{:.1f}", summary.seconds)});
}

void add_rival_row(TextTable& table, const RivalColumn& column) {
  table.add_row({to_string(column.dtype), column.name, count_of(column.killed(), column.faults.size()),
                 percent(column.killed(), column.faults.size()), "", "", "", "",
                 count_of(column.false_alarms, column.healthy_tests) + " runs", fmt::format("{:.1f}", column.seconds)});
}

}  // namespace

void print_fault_table(std::ostream& out, const FaultRun& run, DType dtype) {
  const std::vector<const RivalColumn*> rivals = rivals_of(run, dtype);
  std::vector<TextTable::Column> columns = {
      {to_string(dtype) + " fault"}, {"attngate"}, {"cases", Align::right}, {"property"}, {"status"},
      {"shrink s", Align::right}};
  for (const RivalColumn* rival : rivals) columns.push_back({rival->name});
  columns.push_back({"smallest case"});
  TextTable table(std::move(columns));
  for (const Judgement& judgement : run.judgements) {
    if (judgement.dtype != dtype) continue;
    std::vector<std::string> cells = {
        judgement.name,           fate_of(judgement),
        grouped(judgement.cases), judgement.property,
        judgement.status,         judgement.killed ? fmt::format("{:.1f}", judgement.shrink_seconds) : ""};
    for (const RivalColumn* rival : rivals) cells.push_back(rival_cell(*rival, judgement.name));
    cells.push_back(without_dtype(judgement.line));
    table.add_row(std::move(cells));
    if (judgement.killed || judgement.never_ran()) continue;
    table.add_note(judgement.unseen.empty() ? "UNEXPLAINED" : judgement.unseen);
  }
  out << table.text();
}

void print_summary(std::ostream& out, const FaultRun& run, const std::vector<DType>& dtypes) {
  TextTable table({{"dtype"},
                   {"check"},
                   {"killed", Align::right},
                   {"kill rate", Align::right},
                   {"cases", Align::right},
                   {"sequences", Align::right},
                   {"tokens", Align::right},
                   {"shrink s (95 %)", Align::right},
                   {"false alarms", Align::right},
                   {"time s", Align::right}});
  for (const DType dtype : dtypes) {
    add_gate_row(table, run, dtype);
    for (const RivalColumn* rival : rivals_of(run, dtype)) add_rival_row(table, *rival);
  }
  out << table.text()
      << "Cases to the kill, sequences and tokens of the smallest case: medians over the killed faults.\n";
}

std::string to_json(const FaultRun& run, const std::vector<DType>& dtypes) {
  json object = {{"schema", faults_schema},
                 {"version", faults_version},
                 {"finished", run.finished},
                 {"options", run.options},
                 {"device", json_of(run.device)},
                 {"seed", fmt::format("{:#x}", run.budget.seed)},
                 {"cases_per_property", run.budget.cases_per_property},
                 {"seconds", run.budget.seconds},
                 {"case_timeout_seconds", run.budget.case_timeout_seconds},
                 {"properties", run.properties},
                 {"shortfalls", run.shortfalls},
                 {"summaries", json::array()},
                 {"controls", json::array()},
                 {"faults", json::array()}};
  for (const DType dtype : dtypes) object["summaries"].push_back(json_of(summarise(run.judgements, dtype)));
  for (const Judgement& control : run.controls) object["controls"].push_back(json_of(control));
  for (const Judgement& judgement : run.judgements) object["faults"].push_back(json_of(judgement));
  for (const RivalColumn& rival : run.rivals) object["rivals"].push_back(json_of(rival));
  return text_of(object);
}

void write_fault_measurements(std::ostream& out, const FaultRun& run, const std::vector<DType>& dtypes) {
  write_measurement(out, "device", run.device.name);
  for (const DType dtype : dtypes) {
    const Summary summary = summarise(run.judgements, dtype);
    const std::string prefix = to_string(dtype) + ".";
    write_measurement(out, prefix + "faults", static_cast<double>(summary.faults));
    write_measurement(out, prefix + "kill_rate", summary.kill_rate());
    write_measurement(out, prefix + "median_cases", summary.median_cases);
    write_measurement(out, prefix + "median_sequences", summary.median_sequences);
    write_measurement(out, prefix + "median_tokens", summary.median_tokens);
    write_measurement(out, prefix + "shrink_seconds_95", summary.shrink_seconds_95);
    for (const RivalColumn* rival : rivals_of(run, dtype)) {
      const std::string name = prefix + measurement_name(rival->name) + ".";
      write_measurement(out, name + "killed", static_cast<double>(rival->killed()));
      write_measurement(out, name + "false_alarms", static_cast<double>(rival->false_alarms));
    }
  }
}

}  // namespace attngate::faults
