#include "attngate/gates/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "attngate/base/atomic_file.h"
#include "attngate/base/gate_data_error.h"
#include "attngate/base/joined.h"
#include "attngate/base/json_fields.h"
#include "attngate/base/strict_json.h"

namespace attngate {
namespace {

// 2: the key is spelled as devices are everywhere, and has the uuid. Files of version 1 are read, too.
constexpr int baseline_version = 2;

void read_entry(StrictObject& fields, BaselineEntry& entry) {
  fields.read(entry);
  if (!entry.sm_mhz.empty() && entry.sm_mhz.size() != entry.values.size())
    fields.refuse("sm_mhz", "a clock for each value");
  fields.finish();
}

bool positive(double value) { return std::isfinite(value) && value > 0; }

// "driver '580.65.06' here, '570.1' there", for each part that differs. One more GPU of a kind is no other key, and its
// type follows from the name.
std::string key_differences(const DeviceKey& stored, const DeviceKey& here) {
  std::string text;
  for_each_field<DeviceKey>([&](const auto& field) {
    if (field.left_out_when_empty || stored.*field.member == here.*field.member) return;
    text += fmt::format("{}{} '{}' here, '{}' there", text.empty() ? "" : "; ", field.key, here.*field.member,
                        stored.*field.member);
  });
  return text;
}

}  // namespace

const std::vector<std::string>& known_units() {
  static const std::vector<std::string> units = {"us", "bytes", "ratio", "share"};
  return units;
}

std::string baseline_to_json(const Baseline& baseline) {
  json file = {{"schema", baseline_schema}, {"version", baseline_version}};
  write_fields(file, baseline);
  file["entries"] = json_of(baseline.entries);
  const std::string text = text_of(file);
  try {
    parse_baseline(text, "baseline");
  } catch (const GateDataError& error) {
    throw std::invalid_argument(error.what());
  }
  return text;
}

Baseline parse_baseline(const std::string& text, const std::string& where) {
  const json parsed = parse_json(text, where);
  StrictObject file(parsed, where);
  const int version = file.schema(baseline_schema, {baseline_version, 1});
  Baseline baseline;
  file.read(baseline);
  if (version == 1) baseline.key.uuid = file.optional_text("uuid");
  std::set<std::pair<std::string, std::string>> seen;
  for (StrictObject& fields : file.objects("entries")) {
    BaselineEntry& entry = baseline.entries.emplace_back();
    read_entry(fields, entry);
    if (!seen.emplace(entry.gate, entry.line).second) fields.refuse("this gate and case come twice");
  }
  file.finish();
  return baseline;
}

void write_baseline(const std::string& path, const Baseline& baseline) {
  write_atomically(path, baseline_to_json(baseline));
}

Baseline read_baseline(const std::string& path) {
  const std::string where = fmt::format("baseline '{}'", path);
  return parse_baseline(read_gate_file(path, where), where);
}

BaselineChoice find_entry(const Baseline& baseline, const DeviceKey& key, const std::string& gate,
                          const std::string& line) {
  constexpr const char* advice = "'attngate gate calibrate' writes one for this machine";
  BaselineChoice choice;
  if (const std::string differences = key_differences(baseline.key, key); !differences.empty()) {
    choice.skip_reason = fmt::format("the baseline is of another key: {}; {}", differences, advice);
    return choice;
  }
  const auto found = std::ranges::find_if(
      baseline.entries, [&](const BaselineEntry& entry) { return entry.gate == gate && entry.line == line; });
  if (found == baseline.entries.end()) {
    choice.skip_reason = fmt::format("the baseline has no entry for {} on '{}'; {}", gate, line, advice);
  } else {
    choice.entry = &*found;
  }
  return choice;
}

BaselineComparison compare_with_baseline(const BaselineEntry& entry, double first, double second) {
  if (entry.values.empty()) throw std::invalid_argument(fmt::format("baseline entry {} has no values", entry.gate));
  for (const double value : {first, second}) {
    if (!positive(value)) {
      throw std::invalid_argument(fmt::format("{}: {}: allowed are finite numbers above 0", entry.gate, value));
    }
  }
  const auto [smallest, largest] = std::ranges::minmax(entry.values);
  const bool larger_is_worse = entry.kind == BoundKind::upper_ratio;
  const double worst = larger_is_worse ? largest : smallest;
  const auto worse = [&](double value) { return larger_is_worse ? value > worst : value < worst; };
  const auto stored = static_cast<double>(entry.values.size());
  BaselineComparison comparison;
  comparison.fails = worse(first) && worse(second);
  comparison.false_alarm = 2 / ((stored + 1) * (stored + 2));
  comparison.text = fmt::format("{:.4g} and {:.4g} {}, worst of {} stored {:.4g}: {} (false alarms {:.2g})", first,
                                second, entry.unit, entry.values.size(), worst,
                                comparison.fails ? "both worse" : "not both worse", comparison.false_alarm);
  return comparison;
}

}  // namespace attngate
