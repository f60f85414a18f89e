#include "attngate/report/samples_json.h"

#include "attngate/base/json_fields.h"

namespace attngate {
namespace {

constexpr const char* schema_name = "attngate.samples";
constexpr std::uint64_t schema_version = 3;

/// The samples of one operator as columns, which take a fifth of the space of objects.
struct Columns {
  std::vector<double> us, host_us, sm_mhz;
  std::vector<bool> launches_hidden;
};

// A clock that nobody measured: no clock stands still.
constexpr double no_clock = 0;

Columns columns_of(const std::vector<SamplePair>& pairs, Sample SamplePair::*part) {
  Columns columns;
  for (const SamplePair& pair : pairs) {
    const auto& [us, host_us, sm_mhz, launches_hidden] = pair.*part;
    columns.us.push_back(us);
    columns.host_us.push_back(host_us);
    columns.sm_mhz.push_back(sm_mhz.value_or(no_clock));
    columns.launches_hidden.push_back(launches_hidden);
  }
  return columns;
}

json numbers(const std::vector<double>& values) {
  json list = json::array();
  for (const double value : values) list.push_back(number(value));
  return list;
}

template <typename Value>
json or_null(const std::optional<Value>& value) {
  return value ? json(*value) : json(nullptr);
}

json json_of(const SampledOperator& operation, const Columns& columns) {
  return {{"name", operation.name},
          {"backend", operation.backend},
          {"graph_replayed", operation.graph_replayed},
          {"waits_per_call", operation.waits_per_call},
          {"warm_up_calls", operation.warm_up_calls},
          {"settled", operation.settled},
          {"peak_bytes", or_null(operation.peak_bytes)},
          {"us", numbers(columns.us)},
          {"host_us", numbers(columns.host_us)},
          {"sm_mhz", numbers(columns.sm_mhz)},
          {"launches_hidden", columns.launches_hidden}};
}

json json_of(const DeviceKey& key) {
  return {{"device", key.device},     {"compute_capability", key.compute_capability},
          {"driver", key.driver},     {"cuda_runtime", key.cuda_runtime},
          {"libtorch", key.libtorch}, {"uuid", key.uuid}};
}

json json_of(const ClockState& clocks) {
  return {{"sm_mhz", or_null(clocks.sm_mhz)}, {"event_reasons", or_null(clocks.event_reasons)}};
}

Quantity read_quantity(const Fields& fields) {
  std::string text;
  fields.read("quantity", text);
  if (const std::optional<Quantity> quantity = quantity_named(text)) return *quantity;
  fields.refuse("quantity", "isolated_latency, gpu_time or throughput");
}

void read_device(const Fields& fields, DeviceKey& key) {
  fields.read("device", key.device);
  fields.read("compute_capability", key.compute_capability);
  fields.read("driver", key.driver);
  fields.read("cuda_runtime", key.cuda_runtime);
  fields.read("libtorch", key.libtorch);
  fields.read("uuid", key.uuid);
}

void read_clocks(const Fields& fields, ClockState& clocks) {
  fields.read("sm_mhz", clocks.sm_mhz);
  fields.read("event_reasons", clocks.event_reasons);
}

void expect_length(const Fields& fields, const char* key, std::size_t length, std::size_t pairs) {
  if (length != pairs) fields.refuse(key, "one item for each item of 'candidate_first'");
}

/// Reads one operator and its part of every pair; the pairs are there already.
void read_operator(const Fields& fields, Sample SamplePair::*part, SampledOperator& operation,
                   std::vector<SamplePair>& pairs) {
  fields.read("name", operation.name);
  fields.read("backend", operation.backend);
  fields.read("graph_replayed", operation.graph_replayed);
  fields.read("waits_per_call", operation.waits_per_call);
  fields.read("warm_up_calls", operation.warm_up_calls);
  fields.read("settled", operation.settled);
  fields.read("peak_bytes", operation.peak_bytes);
  Columns columns;
  fields.read("us", columns.us);
  fields.read("host_us", columns.host_us);
  fields.read("sm_mhz", columns.sm_mhz);
  fields.read("launches_hidden", columns.launches_hidden);
  expect_length(fields, "us", columns.us.size(), pairs.size());
  expect_length(fields, "host_us", columns.host_us.size(), pairs.size());
  expect_length(fields, "sm_mhz", columns.sm_mhz.size(), pairs.size());
  expect_length(fields, "launches_hidden", columns.launches_hidden.size(), pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    Sample& sample = pairs[i].*part;
    sample = {columns.us[i], columns.host_us[i], std::nullopt, columns.launches_hidden[i]};
    if (columns.sm_mhz[i] != no_clock) sample.sm_mhz = columns.sm_mhz[i];
  }
}

}  // namespace

std::string samples_to_json(const PairedSamples& samples) {
  std::vector<bool> candidate_first;
  for (const SamplePair& pair : samples.pairs) candidate_first.push_back(pair.candidate_first);
  return text_of({{"schema", schema_name},
                  {"version", schema_version},
                  {"quantity", to_string(samples.quantity)},
                  {"device", json_of(samples.device)},
                  {"seed", seed_text(samples.seed)},
                  {"calls_per_sample", samples.calls_per_sample},
                  {"flushed_bytes", samples.flushed_bytes},
                  {"clocks_before", json_of(samples.clocks_before)},
                  {"clocks_after", json_of(samples.clocks_after)},
                  {"others_cpu_share", or_null(samples.others_cpu_share)},
                  {"notes", samples.notes},
                  {"candidate_first", candidate_first},
                  {"base", json_of(samples.base, columns_of(samples.pairs, &SamplePair::base))},
                  {"candidate", json_of(samples.candidate, columns_of(samples.pairs, &SamplePair::candidate))}});
}

PairedSamples samples_from_json(const std::string& text) {
  const json object = parsed_json(text);
  const Fields fields(object, "");
  check_schema(fields, schema_name, schema_version);
  PairedSamples samples;
  samples.quantity = read_quantity(fields);
  read_device(fields.object("device"), samples.device);
  fields.read_seed("seed", samples.seed);
  fields.read("calls_per_sample", samples.calls_per_sample);
  fields.read("flushed_bytes", samples.flushed_bytes);
  read_clocks(fields.object("clocks_before"), samples.clocks_before);
  read_clocks(fields.object("clocks_after"), samples.clocks_after);
  fields.read("others_cpu_share", samples.others_cpu_share);
  fields.read("notes", samples.notes);
  std::vector<bool> candidate_first;
  fields.read("candidate_first", candidate_first);
  for (const bool first : candidate_first) samples.pairs.push_back({{}, {}, first});
  read_operator(fields.object("base"), &SamplePair::base, samples.base, samples.pairs);
  read_operator(fields.object("candidate"), &SamplePair::candidate, samples.candidate, samples.pairs);
  return samples;
}

}  // namespace attngate
