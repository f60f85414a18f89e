#include "attngate/gates/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "attngate/base/atomic_file.h"
#include "attngate/base/gate_data_error.h"
#include "attngate/base/joined.h"
#include "attngate/base/strict_json.h"
#include "attngate/gates/gate_bounds.h"

namespace attngate {
namespace {

using json = nlohmann::ordered_json;

constexpr const char* schema_name = "attngate.gate_baseline";
constexpr int schema_version = 1;

const std::vector<std::string>& known_units() {
  static const std::vector<std::string> units = {"us", "bytes", "ratio", "share"};
  return units;
}

BaselineKey read_key(StrictObject fields) {
  BaselineKey key{.device = fields.text("device"),
                  .compute_capability = fields.text("compute_capability"),
                  .driver = fields.text("driver"),
                  .cuda = fields.text("cuda"),
                  .libtorch = fields.text("libtorch")};
  fields.finish();
  return key;
}

BaselineEntry read_entry(StrictObject& fields) {
  BaselineEntry entry;
  entry.gate = fields.text("gate");
  fields.name(entry.gate);
  entry.line = fields.text("case");
  entry.quantity = fields.one_of("quantity", known_quantities());
  entry.unit = fields.one_of("unit", known_units());
  entry.kind = parse_bound_kind(fields.one_of("kind", bound_kind_names()));
  entry.values = fields.positives("values");
  entry.sm_mhz = fields.optional_positives("sm_mhz");
  if (!entry.sm_mhz.empty() && entry.sm_mhz.size() != entry.values.size())
    fields.refuse("sm_mhz", "a clock for each value");
  fields.finish();
  return entry;
}

bool positive(double value) { return std::isfinite(value) && value > 0; }

json json_of(const BaselineEntry& entry) {
  json fields = {{"gate", entry.gate},
                 {"case", entry.line},
                 {"quantity", entry.quantity},
                 {"unit", entry.unit},
                 {"kind", to_string(entry.kind)},
                 {"values", entry.values}};
  if (!entry.sm_mhz.empty()) fields["sm_mhz"] = entry.sm_mhz;
  return fields;
}

// "driver 580.65.06 here, 570.1 there", for each part that differs.
std::string key_differences(const BaselineKey& stored, const BaselineKey& here) {
  std::vector<std::string> differences;
  const auto compare = [&](const char* name, std::string BaselineKey::*field) {
    if (stored.*field == here.*field) return;
    differences.push_back(fmt::format("{} '{}' here, '{}' there", name, here.*field, stored.*field));
  };
  compare("device", &BaselineKey::device);
  compare("compute capability", &BaselineKey::compute_capability);
  compare("driver", &BaselineKey::driver);
  compare("CUDA", &BaselineKey::cuda);
  compare("LibTorch", &BaselineKey::libtorch);
  return joined(differences, "; ");
}

}  // namespace

std::string baseline_to_json(const Baseline& baseline) {
  const BaselineKey& key = baseline.key;
  json entries = json::array();
  for (const BaselineEntry& entry : baseline.entries) entries.push_back(json_of(entry));
  json file = {{"schema", schema_name},
               {"version", schema_version},
               {"key",
                {{"device", key.device},
                 {"compute_capability", key.compute_capability},
                 {"driver", key.driver},
                 {"cuda", key.cuda},
                 {"libtorch", key.libtorch}}},
               {"written", baseline.written},
               {"entries", entries}};
  if (!baseline.uuid.empty()) file["uuid"] = baseline.uuid;
  if (baseline.pairs_per_process > 0) file["pairs_per_process"] = baseline.pairs_per_process;
  const std::string text = file.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
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
  file.schema(schema_name, schema_version);
  Baseline baseline{.key = read_key(file.object("key")),
                    .uuid = file.optional_text("uuid"),
                    .pairs_per_process = file.optional_count("pairs_per_process"),
                    .written = file.text("written"),
                    .entries = {}};
  std::set<std::pair<std::string, std::string>> seen;
  for (StrictObject& fields : file.objects("entries")) {
    baseline.entries.push_back(read_entry(fields));
    if (!seen.emplace(baseline.entries.back().gate, baseline.entries.back().line).second) {
      fields.refuse("this gate and case come twice");
    }
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

BaselineChoice find_entry(const Baseline& baseline, const BaselineKey& key, const std::string& gate,
                          const std::string& line) {
  constexpr const char* advice = "'attngate gate calibrate' writes one for this machine";
  BaselineChoice choice;
  if (baseline.key != key) {
    choice.skip_reason =
        fmt::format("the baseline is of another key: {}; {}", key_differences(baseline.key, key), advice);
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
