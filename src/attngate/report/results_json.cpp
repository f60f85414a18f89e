#include "attngate/report/results_json.h"

#include <algorithm>

#include "attngate/base/json_fields.h"

namespace attngate {
namespace {

constexpr const char* results_schema = "attngate.results";
// Goes up when a field changes its meaning or goes away; a new field does not change it.
// 2: `failures` took the place of `failure`.
constexpr int results_version = 2;

json json_of_path(const PathSummary& path) {
  json object = json_of(path);
  object["median_us"] = number(path.median_us());
  return object;
}

PathSummary read_path(const LenientObject& fields) {
  PathSummary path;
  fields.read(path);
  double median_us = 0;
  fields.read("median_us", median_us);
  if (median_us > 0) path.times_us = {median_us};  // all that is on record of them
  return path;
}

json json_of_failure(const RunIdentity& run, const Failure& failure) {
  const auto brief = [](const CheckedCase& checked) {
    return json{{"line", checked.line}, {"reason", checked.verdict.reason}};
  };
  json object = {{"path", failure.blame ? failure.blame->path : ""},
                 {"status", failure.blame ? to_string(failure.blame->status) : ""}};
  write_fields(object, failure);
  object["first"] = brief(failure.first);
  object["shrunk"] = brief(failure.shrunk.value_or(CheckedCase{}));
  object["replay"] = replay_command(run, failure.smallest().line);
  object["ctest_replay"] = ctest_replay_command(run, failure.smallest().line);
  object["paths"] = json_of(failure.smallest().verdict.paths);
  return object;
}

void read_case(const LenientObject& fields, CheckedCase& checked) {
  fields.read("line", checked.line);
  fields.read("reason", checked.verdict.reason);
}

Failure read_failure(const LenientObject& fields) {
  Failure failure;
  fields.read(failure);
  Blame blame;
  fields.read("path", blame.path);
  if (!blame.path.empty()) {
    fields.read("status", blame.status);
    failure.blame = blame;
  }
  read_case(fields.object("first"), failure.first);
  CheckedCase shrunk;
  read_case(fields.object("shrunk"), shrunk);
  if (!shrunk.line.empty()) failure.shrunk = shrunk;
  fields.read("paths", (failure.shrunk ? *failure.shrunk : failure.first).verdict.paths);
  return failure;
}

/// An older attngate wrote what follows from a report, and not all of the report.
void fill_from_figures(const LenientObject& fields, RunReport& report) {
  std::uint64_t cases = 0;
  double cases_per_second = 0;
  RunStatus status = RunStatus::holds;
  std::string reason;
  fields.read("cases", cases);
  fields.read("cases_per_second", cases_per_second);
  fields.read("status", status);
  fields.read("reason", reason);
  if (report.cases() < cases) report.random_cases += cases - report.cases();
  if (report.loop_seconds == 0 && cases_per_second > 0) {
    report.loop_seconds = static_cast<double>(cases) / cases_per_second;
  }
  if (status == RunStatus::error && report.error.empty()) report.error = reason;
  if (report.status() == status) return;
  if (status == RunStatus::inapplicable) {
    report.inapplicable_cases = 1;
    report.why_inapplicable = reason.substr(std::min(reason.size(), reason.find('(') + 1));
    if (report.why_inapplicable.ends_with(')')) report.why_inapplicable.pop_back();
  }
}

}  // namespace

std::string results_to_json(const Results& results) {
  const auto& [context, report] = results;
  json object = {{"schema", results_schema}, {"version", results_version}};
  write_fields(object, context);
  object["versions"]["libtorch"] = context.device.libtorch;
  object["versions"]["cuda"] = context.device.cuda;
  object["status"] = to_string(report.status());
  object["reason"] = report.reason();
  object["cases"] = report.cases();
  object["cases_per_second"] = number(report.cases_per_second());
  object["shares"] = json_of(shares_of(report));
  write_fields(object, report);
  object["paths"] = json::array();
  for (const PathSummary& path : report.paths) object["paths"].push_back(json_of_path(path));
  object["coverage"] = report.coverage.counts();
  object["failures"] = json::array();
  for (const Failure& failure : report.failures) object["failures"].push_back(json_of_failure(context.run, failure));
  return text_of(object);
}

Results results_from_json(const std::string& text) {
  const json object = parsed_json(text);
  const LenientObject fields(object, "");
  check_schema(fields, results_schema, results_version);
  Results results;
  auto& [context, report] = results;
  fields.read(context);
  fields.read("versions.libtorch", context.device.libtorch);
  fields.read("versions.cuda", context.device.cuda);
  fields.read(report);
  fields.read_list("paths", [&](const LenientObject& item) { report.paths.push_back(read_path(item)); });
  fields.read_list("failures", [&](const LenientObject& item) { report.failures.push_back(read_failure(item)); });
  fill_from_figures(fields, report);
  Coverage::Counts counts;
  fields.read("coverage", counts);
  report.coverage = Coverage(counts, report.cases());
  return results;
}

}  // namespace attngate
