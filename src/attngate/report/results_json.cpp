#include "attngate/report/results_json.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "attngate/runner/environment.h"

namespace attngate {
namespace {

using json = nlohmann::ordered_json;

constexpr const char* schema_name = "attngate.results";
// Goes up when a field changes its meaning or goes away; a new field does not change it.
// 2: `failures` took the place of `failure`.
constexpr int schema_version = 2;

// JSON has no inf and no nan: they are written as text.
json number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

json json_of(const PathResults& path) {
  return {{"path", path.path},
          {"runs", path.runs},
          {"refused", path.refused},
          {"worst_margin", {{"value", number(path.worst_margin)}, {"line", path.worst_line}}},
          {"backends", path.backends},
          {"median_us", number(path.median_us)}};
}

json json_of(const OutcomeResults& outcome) {
  return {{"path", outcome.path},           {"backend", outcome.backend},     {"status", outcome.status}, {"margin", number(outcome.margin)},
          {"error", number(outcome.error)}, {"bound", number(outcome.bound)}, {"detail", outcome.detail}};
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

/// One JSON object on its way in; remembers where it is, for the error texts.
class Fields {
 public:
  Fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) throw ResultsError(fmt::format("{}: allowed is an object", where_.empty() ? "the file" : "field '" + where_ + "'"));
  }

  Fields object(const char* key) const { return {at(key), name(key)}; }

  void read(const char* key, std::string& value) const { value = checked(key, at(key).is_string(), "text").get<std::string>(); }
  void read(const char* key, bool& value) const { value = checked(key, at(key).is_boolean(), "true or false").get<bool>(); }
  void read(const char* key, std::uint64_t& value) const {
    value = checked(key, at(key).is_number_unsigned(), "a whole number from 0 on").get<std::uint64_t>();
  }
  void read(const char* key, double& value) const {
    const json& field = at(key);
    if (field == "inf" || field == "-inf" || field == "nan") {
      value = std::stod(field.get<std::string>());
    } else {
      value = checked(key, field.is_number(), "a number, \"inf\", \"-inf\" or \"nan\"").get<double>();
    }
  }

  /// Calls `read_item(Fields)` for each object of a list.
  template <typename ReadItem>
  void read_list(const char* key, const ReadItem& read_item) const {
    const json& list = checked(key, at(key).is_array(), "a list");
    for (std::size_t index = 0; index < list.size(); ++index) read_item(Fields(list[index], fmt::format("{}[{}]", name(key), index)));
  }

  void read(const char* key, std::map<std::string, std::uint64_t>& counts) const {
    const Fields fields = object(key);
    for (const auto& [backend, count] : fields.object_.items()) fields.read(backend.c_str(), counts[backend]);
  }

  void read(const char* key, CoverageCounts& counts) const {
    const Fields dimensions = object(key);
    for (const auto& [dimension, buckets] : dimensions.object_.items()) {
      dimensions.read(dimension.c_str(), counts[dimension]);
    }
  }

  [[noreturn]] void refuse(const char* key, const std::string& allowed) const {
    throw ResultsError(fmt::format("field '{}': allowed is {}", name(key), allowed));
  }

 private:
  std::string name(const char* key) const { return where_.empty() ? key : where_ + "." + key; }

  const json& at(const char* key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) throw ResultsError(fmt::format("field '{}' is missing", name(key)));
    return *found;
  }

  const json& checked(const char* key, bool fits, const char* allowed) const {
    if (!fits) refuse(key, allowed);
    return at(key);
  }

  const json& object_;
  std::string where_;
};

void check_schema(const Fields& fields) {
  std::string schema;
  fields.read("schema", schema);
  if (schema != schema_name) fields.refuse("schema", fmt::format("\"{}\"", schema_name));
  std::uint64_t version = 0;
  fields.read("version", version);
  if (version != schema_version) fields.refuse("version", fmt::format("{}, this is {}", schema_version, version));
}

TestStatus read_status(const Fields& fields) {
  std::string text;
  fields.read("status", text);
  for (const TestStatus status : {TestStatus::holds, TestStatus::failed, TestStatus::flaky, TestStatus::skipped, TestStatus::error}) {
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
  std::string seed;
  fields.read("seed", seed);
  const auto parsed = parse_number(seed);
  if (!parsed) fields.refuse("seed", "a number below 2^64 as text, like \"0x2a\"");
  results.seed = *parsed;
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
      {"versions", {{"libtorch", results.libtorch_version}, {"cuda", results.cuda_version}, {"attngate", results.attngate_version}}},
      {"seed", fmt::format("{:#x}", results.seed)},  // as text: JSON numbers above 2^53 lose digits in many readers
      {"budget", {{"cases", results.max_cases}, {"seconds", number(results.max_seconds)}}},
      {"status", to_string(results.status)},
      {"reason", results.reason},
      {"cases", results.cases},
      {"corpus_cases", results.corpus_cases},
      {"failed_cases", results.failed_cases},
      {"flaky_cases", results.flaky_cases},
      {"cases_per_second", number(results.cases_per_second)},
      {"worst_margin", {{"value", number(results.worst_margin)}, {"path", results.worst_path}, {"line", results.worst_line}}},
      {"paths", json_of(results.paths)},
      {"shares", json_of(results.shares)},
      {"exact", {{"pairs", results.exact_pairs}, {"equal", results.exact_equal}}},
      {"coverage", results.coverage},
      {"failures", json_of(results.failures)},
      {"journal", results.journal},
      {"started", results.started},
      {"wall_seconds", number(results.wall_seconds)}};
  // Error texts of libraries may hold bytes that are no UTF-8: replace them rather than lose the report.
  return object.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Results results_from_json(const std::string& text) {
  const json object = json::parse(text, nullptr, false);
  if (object.is_discarded()) throw ResultsError("is not JSON, or only a part of it");
  const Fields fields(object, "");
  check_schema(fields);
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
