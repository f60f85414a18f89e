#pragma once

#include <optional>
#include <string>
#include <vector>

#include "attngate/decision/bound.h"
#include "attngate/decision/clock_term.h"

namespace attngate {

/// What such a file says that it is.
inline constexpr const char* bounds_schema = "attngate.gate_bounds";

/// What bounds go by.
struct GpuKind {
  /// "9.0"; "cpu" for a processor.
  std::string compute_capability;
  /// "NVIDIA H100 80GB HBM3".
  std::string device = {};
};

/// A bound's value for one kind of GPU.
struct CalibratedValue {
  /// "9.0"; "cpu" for a processor.
  std::string compute_capability;
  double value = 0;
  /// Where the number comes from: what was measured, on what, by what rule it follows.
  std::string source;
  /// The only device that it is for: an H100 and an H200 share a compute capability and not their speed. Empty: every
  /// device of the compute capability.
  std::string device = {};
  /// The value is for the ratio at this term's reference clock; without an exponent for the ratio as it is.
  ClockTerm clock = {};
  bool operator==(const CalibratedValue&) const = default;
};

constexpr auto describe(const CalibratedValue*) {
  return fields(field("compute_capability", &CalibratedValue::compute_capability),
                field("device", &CalibratedValue::device).unless_empty(), field("value", &CalibratedValue::value),
                inlined(&CalibratedValue::clock), field("source", &CalibratedValue::source));
}

/// "isolated_latency", "gpu_time", "throughput" (docs/gates.md), "peak_bytes", "share_of_product_peak" and
/// "share_of_copy_bandwidth".
const std::vector<std::string>& known_quantities();

/// What is demanded of one gate.
struct GateBound {
  /// "gate.path.fast_vs_slow.long.bf16.padding_50": the name of the CTest test.
  std::string gate;
  /// What is measured, one of known_quantities().
  std::string quantity;
  BoundKind kind = BoundKind::upper_ratio;
  /// What is compared, in a sentence for people.
  std::string about;
  /// None: not calibrated on any GPU, and skipped everywhere.
  std::vector<CalibratedValue> values;
  bool operator==(const GateBound&) const = default;
};

/// In the place of a list of no values stands "uncalibrated".
constexpr auto describe(const GateBound*) {
  return fields(field("gate", &GateBound::gate).as_name(),
                field("quantity", &GateBound::quantity).one_of(known_quantities), field("kind", &GateBound::kind),
                field("about", &GateBound::about), keyless(&GateBound::values));
}

/// The bounds of a text like data/gate_bounds.json, in its order; `where` names it in error texts.
///
/// Throws GateDataError, naming the entry by number and gate and the field, for anything but what docs/gates.md
/// describes: a key that is missing, unknown or there twice, a wrong type, an unknown kind or quantity, a gate or a
/// GPU twice, a value that is not above 0, no source.
std::vector<GateBound> parse_gate_bounds(const std::string& text, const std::string& where);

/// The bounds of a file; throws GateDataError for one that cannot be read, or as parse_gate_bounds does.
std::vector<GateBound> read_gate_bounds(const std::string& path);

/// The text of such a file; parse_gate_bounds gives the same bounds back.
std::string gate_bounds_to_json(const std::vector<GateBound>& bounds);

/// Puts a value into the gate's entry, in the place of the one for the same GPU if there is one. Throws
/// std::invalid_argument for a gate without an entry.
void set_value(std::vector<GateBound>& bounds, const std::string& gate, const CalibratedValue& value);

/// A gate's bound, or why there is none.
struct BoundChoice {
  std::optional<Bound> bound;
  /// By which ratios are taken to the clock that the bound is for.
  ClockTerm clock = {};
  /// The entry; null where no entry has that name.
  const GateBound* entry = nullptr;
  std::string source;
  /// Empty where there is a bound; else a reason to skip the gate that says what to do.
  std::string skip_reason;
};

/// The bound of that gate on that GPU: the one for this very device, else the one for all of its compute capability. A
/// gate that is unknown, uncalibrated, or calibrated for other GPUs only has none: nothing is guessed from a neighbour.
BoundChoice choose_bound(const std::vector<GateBound>& bounds, const std::string& gate, const GpuKind& gpu);

}  // namespace attngate
