#include "attngate/report/results_json.h"

#include <fmt/format.h>

#include "attngate/base/json_fields.h"

namespace attngate {
namespace {

constexpr const char* schema_name = "attngate.results";
// Goes up when a field changes its meaning or goes away; a new field does not change it.
// 2: `failures` took the place of `failure`.
constexpr int schema_version = 2;

json json_of(const PathResults& path) {
  return {
      {"path", path.path},         {"runs", path.runs},
      {"refused", path.refused},   {"worst_margin", {{"value", number(path.worst_margin)}, {"line", path.worst_line}}},
      {"backends", path.backends}, {"median_us", number(path.median_us)}};
}

json json_of(const OutcomeResults& outcome) {
  return {{"path", outcome.path},           {"backend", outcome.backend},
          {"status", outcome.status},       {"margin", number(outcome.margin)},
          {"error", number(outcome.error)}, {"bound", number(outcome.bound)},
          {"detail", outcome.detail}};
}

json json_of(const FailureResults& failure);

template <typename Item>
json json_of(const std::vector<Item>& items) {
  json list = json::array();
  for (const Item& item : items) list.push_back(json_of(item));
  return list;
}

json json_of(const TimeShares& shares) {
  return {{"generate", shares.generate}, {"inputs", shares.inputs},   {"reference", shares.reference},
          {"paths", shares.paths},       {"compare", shares.compare}, {"other", shares.other}};
}

json json_of(const FailureResults& failure) {
  return {{"path", failure.path},
          {"status", failure.status},
          {"origin", failure.origin},
          {"index", failure.index},
          {"first", {{"line", failure.first_line}, {"reason", failure.first_reason}}},
          {"shrunk", {{"line", failure.shrunk_line}, {"reason", failure.shrunk_reason}}},
          {"not_shrunk", failure.not_shrunk},
          {"shrinking",
           {{"attempts", failure.shrink_attempts},
            {"steps", failure.shrink_steps},
            {"seconds", number(failure.shrink_seconds)},
            {"budget_ended", failure.shrink_budget_ended}}},
          {"reruns", failure.reruns},
          {"reruns_held", failure.reruns_held},
          {"replay", failure.replay},
          {"ctest_replay", failure.ctest_replay},
          {"paths", json_of(failure.paths)}};
}

TestStatus read_status(const Fields& fields) {
  std::string text;
  fields.read("status", text);
  for (const TestStatus status :
       {TestStatus::holds, TestStatus::failed, TestStatus::flaky, TestStatus::skipped, TestStatus::error}) {
    if (text == to_string(status)) return status;
  }
  fields.refuse("status", "holds, failed, flaky, skipped or error");
}

void read_run(const Fields& fields, Results& results) {
  fields.read("test", results.test);
  fields.read("property", results.property);
  fields.read("dtype", results.dtype);
  fields.object("device").read("type", results.device);
  fields.object("device").read("name", results.device_name);
  fields.object("versions").read("libtorch", results.libtorch_version);
  fields.object("versions").read("cuda", results.cuda_version);
  fields.object("versions").read("attngate", results.attngate_version);
  fields.read_seed("seed", results.seed);
  fields.object("budget").read("cases", results.max_cases);
  fields.object("budget").read("seconds", results.max_seconds);
  fields.read("journal", results.journal);
  fields.read("started", results.started);
  fields.read("wall_seconds", results.wall_seconds);
}

PathResults read_path(const Fields& fields) {
  PathResults path;
  fields.read("path", path.path);
  fields.read("runs", path.runs);
  fields.read("refused", path.refused);
  fields.object("worst_margin").read("value", path.worst_margin);
  fields.object("worst_margin").read("line", path.worst_line);
  fields.read("backends", path.backends);
  fields.read("median_us", path.median_us);
  return path;
}

void read_shares(const Fields& fields, TimeShares& shares) {
  fields.read("generate", shares.generate);
  fields.read("inputs", shares.inputs);
  fields.read("reference", shares.reference);
  fields.read("paths", shares.paths);
  fields.read("compare", shares.compare);
  fields.read("other", shares.other);
}

OutcomeResults read_outcome(const Fields& fields) {
  OutcomeResults outcome;
  fields.read("path", outcome.path);
  fields.read("backend", outcome.backend);
  fields.read("status", outcome.status);
  fields.read("margin", outcome.margin);
  fields.read("error", outcome.error);
  fields.read("bound", outcome.bound);
  fields.read("detail", outcome.detail);
  return outcome;
}

FailureResults read_failure(const Fields& fields) {
  FailureResults failure;
  fields.read("path", failure.path);
  fields.read("status", failure.status);
  fields.read("origin", failure.origin);
  fields.read("index", failure.index);
  fields.object("first").read("line", failure.first_line);
  fields.object("first").read("reason", failure.first_reason);
  fields.object("shrunk").read("line", failure.shrunk_line);
  fields.object("shrunk").read("reason", failure.shrunk_reason);
  fields.read("not_shrunk", failure.not_shrunk);
  const Fields shrinking = fields.object("shrinking");
  shrinking.read("attempts", failure.shrink_attempts);
  shrinking.read("steps", failure.shrink_steps);
  shrinking.read("seconds", failure.shrink_seconds);
  shrinking.read("budget_ended", failure.shrink_budget_ended);
  fields.read("reruns", failure.reruns);
  fields.read("reruns_held", failure.reruns_held);
  fields.read("replay", failure.replay);
  fields.read("ctest_replay", failure.ctest_replay);
  fields.read_list("paths", [&](const Fields& item) { failure.paths.push_back(read_outcome(item)); });
  return failure;
}

}  // namespace

std::string results_to_json(const Results& results) {
  const json object = {
      {"schema", schema_name},
      {"version", schema_version},
      {"test", results.test},
      {"property", results.property},
      {"dtype", results.dtype},
      {"device", {{"type", results.device}, {"name", results.device_name}}},
      {"versions",
       {{"libtorch", results.libtorch_version},
        {"cuda", results.cuda_version},
        {"attngate", results.attngate_version}}},
      {"seed", seed_text(results.seed)},
      {"budget", {{"cases", results.max_cases}, {"seconds", number(results.max_seconds)}}},
      {"status", to_string(results.status)},
      {"reason", results.reason},
      {"cases", results.cases},
      {"corpus_cases", results.corpus_cases},
      {"failed_cases", results.failed_cases},
      {"flaky_cases", results.flaky_cases},
      {"cases_per_second", number(results.cases_per_second)},
      {"worst_margin",
       {{"value", number(results.worst_margin)}, {"path", results.worst_path}, {"line", results.worst_line}}},
      {"paths", json_of(results.paths)},
      {"shares", json_of(results.shares)},
      {"exact", {{"pairs", results.exact_pairs}, {"equal", results.exact_equal}}},
      {"coverage", results.coverage},
      {"failures", json_of(results.failures)},
      {"journal", results.journal},
      {"started", results.started},
      {"wall_seconds", number(results.wall_seconds)}};
  return text_of(object);
}

Results results_from_json(const std::string& text) {
  const json object = parsed_json(text);
  const Fields fields(object, "");
  check_schema(fields, schema_name, schema_version);
  Results results;
  read_run(fields, results);
  results.status = read_status(fields);
  fields.read("reason", results.reason);
  fields.read("cases", results.cases);
  fields.read("corpus_cases", results.corpus_cases);
  fields.read("failed_cases", results.failed_cases);
  fields.read("flaky_cases", results.flaky_cases);
  fields.read("cases_per_second", results.cases_per_second);
  fields.object("worst_margin").read("value", results.worst_margin);
  fields.object("worst_margin").read("path", results.worst_path);
  fields.object("worst_margin").read("line", results.worst_line);
  fields.read_list("paths", [&](const Fields& item) { results.paths.push_back(read_path(item)); });
  read_shares(fields.object("shares"), results.shares);
  fields.object("exact").read("pairs", results.exact_pairs);
  fields.object("exact").read("equal", results.exact_equal);
  fields.read("coverage", results.coverage);
  fields.read_list("failures", [&](const Fields& item) { results.failures.push_back(read_failure(item)); });
  return results;
}

}  // namespace attngate
