#include "attngate/gates/gate_bounds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "attngate/gates/strict_json.h"

namespace attngate {
namespace {

using json = nlohmann::ordered_json;

constexpr const char* schema_name = "attngate.gate_bounds";
constexpr int schema_version = 1;
// In the place of `values`, so that a list left empty by mistake is an error.
constexpr const char* uncalibrated = "uncalibrated";

/// "9.0", or "cpu" in its place.
bool is_compute_capability(const std::string& text) {
  if (text == "cpu") return true;
  const auto digits = [](std::string_view part) {
    return !part.empty() &&
           std::ranges::all_of(part, [](char character) { return character >= '0' && character <= '9'; });
  };
  const std::size_t dot = text.find('.');
  return dot != std::string::npos && digits(std::string_view(text).substr(0, dot)) &&
         digits(std::string_view(text).substr(dot + 1));
}

std::vector<CalibratedValue> read_values(StrictObject& entry) {
  if (entry.holds("values", uncalibrated)) {
    entry.text("values");
    return {};
  }
  std::vector<CalibratedValue> values;
  std::set<std::string> capabilities;
  for (StrictObject& item : entry.objects("values")) {
    CalibratedValue value;
    value.compute_capability = item.text("compute_capability");
    if (!is_compute_capability(value.compute_capability)) item.refuse("compute_capability", "text like \"9.0\", or \"cpu\"");
    if (!capabilities.insert(value.compute_capability).second) {
      item.refuse(fmt::format("compute capability {} comes twice", value.compute_capability));
    }
    value.value = item.positive("value");
    value.source = item.text("source");
    item.finish();
    values.push_back(value);
  }
  if (values.empty()) entry.refuse("values", fmt::format("a list of one or more, or \"{}\"", uncalibrated));
  return values;
}

GateBound read_entry(StrictObject& entry) {
  GateBound bound;
  bound.gate = entry.text("gate");
  entry.name(bound.gate);
  if (!bound.gate.starts_with("gate.")) entry.refuse("gate", "a name that starts with 'gate.'");
  bound.quantity = entry.one_of("quantity", known_quantities());
  bound.kind = parse_bound_kind(entry.one_of("kind", bound_kind_names()));
  bound.about = entry.text("about");
  bound.values = read_values(entry);
  entry.finish();
  return bound;
}

json json_of(const GateBound& bound) {
  json values = json::array();
  for (const CalibratedValue& value : bound.values) {
    values.push_back(
        {{"compute_capability", value.compute_capability}, {"value", value.value}, {"source", value.source}});
  }
  json entry = {
      {"gate", bound.gate}, {"quantity", bound.quantity}, {"kind", to_string(bound.kind)}, {"about", bound.about}};
  entry["values"] = bound.values.empty() ? json(uncalibrated) : values;
  return entry;
}

}  // namespace

const std::vector<std::string>& known_quantities() {
  static const std::vector<std::string> quantities = {
      "isolated_latency", "gpu_time", "throughput", "peak_bytes", "share_of_product_peak", "share_of_copy_bandwidth"};
  return quantities;
}

std::vector<GateBound> parse_gate_bounds(const std::string& text, const std::string& where) {
  const json parsed = parse_json(text, where);
  StrictObject file(parsed, where);
  file.schema(schema_name, schema_version);
  std::vector<GateBound> bounds;
  std::set<std::string> gates;
  for (StrictObject& entry : file.objects("bounds")) {
    bounds.push_back(read_entry(entry));
    if (!gates.insert(bounds.back().gate).second) entry.refuse("this gate comes twice");
  }
  file.finish();
  return bounds;
}

std::vector<GateBound> read_gate_bounds(const std::string& path) {
  const std::string where = fmt::format("gate bounds '{}'", path);
  return parse_gate_bounds(read_gate_file(path, where), where);
}

std::string gate_bounds_to_json(const std::vector<GateBound>& bounds) {
  json list = json::array();
  for (const GateBound& bound : bounds) list.push_back(json_of(bound));
  const json file = {{"schema", schema_name}, {"version", schema_version}, {"bounds", list}};
  return file.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

void set_value(std::vector<GateBound>& bounds, const std::string& gate, const CalibratedValue& value) {
  const auto entry = std::ranges::find(bounds, gate, &GateBound::gate);
  if (entry == bounds.end()) {
    throw std::invalid_argument(
        fmt::format("no entry is named {}: a gate's kind and quantity are stated by hand first", gate));
  }
  const auto old = std::ranges::find(entry->values, value.compute_capability, &CalibratedValue::compute_capability);
  if (old == entry->values.end()) {
    entry->values.push_back(value);
  } else {
    *old = value;
  }
}

BoundChoice choose_bound(const std::vector<GateBound>& bounds, const std::string& gate,
                         const std::string& compute_capability) {
  BoundChoice choice;
  const auto entry = std::ranges::find(bounds, gate, &GateBound::gate);
  if (entry == bounds.end()) {
    choice.skip_reason = fmt::format("no bound is stated for {}; add an entry to the file of bounds", gate);
    return choice;
  }
  choice.entry = &*entry;
  const auto value = std::ranges::find(entry->values, compute_capability, &CalibratedValue::compute_capability);
  if (value != entry->values.end()) {
    choice.bound = Bound{.kind = entry->kind, .value = value->value};
    choice.source = value->source;
    return choice;
  }
  std::vector<std::string> others;
  for (const CalibratedValue& other : entry->values) others.push_back(other.compute_capability);
  choice.skip_reason = fmt::format(
      "{} is uncalibrated for compute capability {}{}; 'attngate gate --calibrate' on such a GPU proposes a bound",
      gate, compute_capability.empty() ? "none" : compute_capability,
      others.empty() ? "" : fmt::format(" (calibrated for {})", fmt::join(others, ", ")));
  return choice;
}

}  // namespace attngate
