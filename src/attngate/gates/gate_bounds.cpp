#include "attngate/gates/gate_bounds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "attngate/base/json_fields.h"
#include "attngate/base/strict_json.h"

namespace attngate {
namespace {

constexpr int bounds_version = 1;
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

/// "compute capability 9.0", or that "of NVIDIA H100 80GB HBM3".
std::string gpu_text(const CalibratedValue& value) {
  return fmt::format("compute capability {}{}{}", value.compute_capability, value.device.empty() ? "" : " of ",
                     value.device);
}

void check_clock_term(const StrictObject& item, const ClockTerm& term) {
  if (term.exponent < -1 || term.exponent > 1) item.refuse("clock_exponent", "-1 to 1");
  if ((term.exponent == 0) != (term.reference_mhz == 0) || term.reference_mhz < 0) {
    item.refuse("clock_exponent and reference_mhz come together: an exponent that is not 0, and a clock above 0");
  }
}

std::vector<CalibratedValue> read_values(StrictObject& entry) {
  if (entry.holds("values", uncalibrated)) {
    entry.text("values");
    return {};
  }
  std::vector<CalibratedValue> values;
  std::set<std::pair<std::string, std::string>> gpus;
  for (StrictObject& item : entry.objects("values")) {
    CalibratedValue& value = values.emplace_back();
    item.read(value);
    if (!is_compute_capability(value.compute_capability))
      item.refuse("compute_capability", "text like \"9.0\", or \"cpu\"");
    if (!gpus.emplace(value.compute_capability, value.device).second)
      item.refuse(fmt::format("{} comes twice", gpu_text(value)));
    check_clock_term(item, value.clock);
    item.finish();
  }
  if (values.empty()) entry.refuse("values", fmt::format("a list of one or more, or \"{}\"", uncalibrated));
  return values;
}

GateBound read_entry(StrictObject& entry) {
  GateBound bound;
  entry.read(bound);
  if (!bound.gate.starts_with("gate.")) entry.refuse("gate", "a name that starts with 'gate.'");
  bound.values = read_values(entry);
  entry.finish();
  return bound;
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
  file.schema(bounds_schema, {bounds_version});
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
  for (const GateBound& bound : bounds) {
    json& entry = list.emplace_back(json_of(bound));
    entry["values"] = bound.values.empty() ? json(uncalibrated) : json_of(bound.values);
  }
  return text_of({{"schema", bounds_schema}, {"version", bounds_version}, {"bounds", list}});
}

void set_value(std::vector<GateBound>& bounds, const std::string& gate, const CalibratedValue& value) {
  const auto entry = std::ranges::find(bounds, gate, &GateBound::gate);
  if (entry == bounds.end()) {
    throw std::invalid_argument(
        fmt::format("no entry is named {}: a gate's kind and quantity are stated by hand first", gate));
  }
  const auto old = std::ranges::find_if(entry->values, [&](const CalibratedValue& other) {
    return other.compute_capability == value.compute_capability && other.device == value.device;
  });
  if (old == entry->values.end()) {
    entry->values.push_back(value);
  } else {
    *old = value;
  }
}

BoundChoice choose_bound(const std::vector<GateBound>& bounds, const std::string& gate, const GpuKind& gpu) {
  BoundChoice choice;
  const auto entry = std::ranges::find(bounds, gate, &GateBound::gate);
  if (entry == bounds.end()) {
    choice.skip_reason = fmt::format("no bound is stated for {}; add an entry to the file of bounds", gate);
    return choice;
  }
  choice.entry = &*entry;
  const CalibratedValue* chosen = nullptr;
  std::vector<std::string> others;
  for (const CalibratedValue& value : entry->values) {
    const bool fits =
        value.compute_capability == gpu.compute_capability && (value.device.empty() || value.device == gpu.device);
    if (!fits) others.push_back(value.device.empty() ? value.compute_capability : value.device);
    if (fits && (chosen == nullptr || !value.device.empty())) chosen = &value;
  }
  if (chosen != nullptr) {
    choice.bound = Bound{.kind = entry->kind, .value = chosen->value};
    choice.clock = chosen->clock;
    choice.source = chosen->source;
    return choice;
  }
  choice.skip_reason = fmt::format(
      "{} is uncalibrated for {}compute capability {}{}; 'attngate gate calibrate' on such a GPU proposes a bound",
      gate, gpu.device.empty() ? "" : gpu.device + ", ",
      gpu.compute_capability.empty() ? "none" : gpu.compute_capability,
      others.empty() ? "" : fmt::format(" (calibrated for {})", fmt::join(others, ", ")));
  return choice;
}

}  // namespace attngate
