#include "attngate/report/samples_json.h"

#include "attngate/base/json_fields.h"

namespace attngate {
namespace {

constexpr const char* samples_schema = "attngate.samples";
// 4: the device is spelled as everywhere; readers know the former keys, too.
constexpr std::uint64_t samples_version = 4;
constexpr std::uint64_t oldest_readable = 3;

// A clock that nobody measured: no clock stands still.
constexpr double no_clock = 0;

template <typename Value>
Value in_column(const Value& value) {
  return value;
}
double in_column(const std::optional<double>& clock) { return clock.value_or(no_clock); }

template <typename Value>
void from_column(const Value& item, Value& value) {
  value = item;
}
void from_column(double item, std::optional<double>& clock) {
  if (item != no_clock) clock = item;
}

/// The samples of one operator as columns, which take a fifth of the space of objects.
void write_columns(json& object, const std::vector<SamplePair>& pairs, Sample SamplePair::*part) {
  for_each_field<Sample>([&](const auto& field) {
    json& column = object[field.key] = json::array();
    for (const SamplePair& pair : pairs) column.push_back(json_of(in_column(pair.*part.*field.member)));
  });
}

/// Reads one operator's part of every pair; the pairs are there already.
void read_columns(const LenientObject& fields, std::vector<SamplePair>& pairs, Sample SamplePair::*part) {
  for_each_field<Sample>([&](const auto& field) {
    using Item = decltype(in_column(Sample{}.*field.member));
    std::vector<Item> column;
    fields.read(field.key, column);
    if (column.size() != pairs.size()) fields.refuse(field.key, "one item for each item of 'candidate_first'");
    for (std::size_t i = 0; i < pairs.size(); ++i) from_column(Item{column[i]}, pairs[i].*part.*field.member);
  });
}

}  // namespace

json samples_json(const PairedSamples& samples) {
  json object = {{"schema", samples_schema}, {"version", samples_version}};
  write_fields(object, samples);
  json& order = object["candidate_first"] = json::array();
  for (const SamplePair& pair : samples.pairs) order.push_back(pair.candidate_first);
  write_columns(object["base"], samples.pairs, &SamplePair::base);
  write_columns(object["candidate"], samples.pairs, &SamplePair::candidate);
  return object;
}

std::string samples_to_json(const PairedSamples& samples) { return text_of(samples_json(samples)); }

PairedSamples samples_from_json(const std::string& text) {
  const json object = parsed_json(text);
  const LenientObject fields(object, "");
  check_schema(fields, samples_schema, samples_version, oldest_readable);
  PairedSamples samples;
  fields.read(samples);
  std::vector<bool> candidate_first;
  fields.read("candidate_first", candidate_first);
  for (const bool first : candidate_first) samples.pairs.push_back({{}, {}, first});
  read_columns(fields.object("base"), samples.pairs, &SamplePair::base);
  read_columns(fields.object("candidate"), samples.pairs, &SamplePair::candidate);
  return samples;
}

}  // namespace attngate
