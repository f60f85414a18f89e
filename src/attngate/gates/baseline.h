#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "attngate/base/device_key.h"
#include "attngate/decision/bound.h"
#include "attngate/gates/gate_bounds.h"

namespace attngate {

/// What such a file says that it is.
inline constexpr const char* baseline_schema = "attngate.gate_baseline";

/// One gate's stored numbers on one case, one a process.
struct BaselineEntry {
  std::string gate;
  /// The case as its line (case/text.h), exactly.
  std::string line;
  /// One of known_quantities() (gate_bounds.h).
  std::string quantity;
  /// One of known_units().
  std::string unit;
  /// Which side is worse: larger for upper_ratio, as of times, ratios and bytes, smaller for the others.
  BoundKind kind = BoundKind::upper_ratio;
  /// The median of each fresh process, in the order they ran; finite and above 0.
  std::vector<double> values;
  /// The multiprocessors' clock in each of them, in MHz; empty where it was not known in every process.
  std::vector<double> sm_mhz = {};
  bool operator==(const BaselineEntry&) const = default;
};

/// "us", "bytes", "ratio" and "share"
const std::vector<std::string>& known_units();

constexpr auto describe(const BaselineEntry*) {
  return fields(field("gate", &BaselineEntry::gate).as_name(), field("case", &BaselineEntry::line),
                field("quantity", &BaselineEntry::quantity).one_of(known_quantities),
                field("unit", &BaselineEntry::unit).one_of(known_units), field("kind", &BaselineEntry::kind),
                field("values", &BaselineEntry::values), field("sm_mhz", &BaselineEntry::sm_mhz).unless_empty());
}

/// What a calibration leaves behind.
struct Baseline {
  /// Numbers of another device, driver or version are never compared with. The uuid is no part of that, since one more
  /// GPU of a kind would have nothing to compare with; empty on the CPU and where it is not on record.
  DeviceKey key;
  /// The most pairs that each value is the median of, fewer where a budget did not hold them; 0 where it is not on
  /// record. Medians of fewer pairs scatter more.
  std::uint64_t pairs_per_process = 0;
  /// UTC, ISO 8601.
  std::string written;
  std::vector<BaselineEntry> entries;
  bool operator==(const Baseline&) const = default;
};

/// Entries are checked one by one, by parse_baseline().
constexpr auto describe(const Baseline*) {
  return fields(field("key", &Baseline::key), field("written", &Baseline::written),
                field("pairs_per_process", &Baseline::pairs_per_process).unless_empty(), keyless(&Baseline::entries));
}

/// The text of a baseline file. Throws std::invalid_argument for what could not be read again: no values, one that is
/// not finite and above 0, an empty text.
std::string baseline_to_json(const Baseline& baseline);

/// Reads that text, strictly; throws GateDataError naming `where`, the entry and the field.
Baseline parse_baseline(const std::string& text, const std::string& where);

/// Writes the file at once (report/atomic_file.h); throws as baseline_to_json does, and ResultsError for the file.
void write_baseline(const std::string& path, const Baseline& baseline);

/// Reads the file; throws GateDataError for one that is missing, cut short, or not a baseline.
Baseline read_baseline(const std::string& path);

/// A stored entry, or why there is none.
struct BaselineChoice {
  const BaselineEntry* entry = nullptr;
  /// Empty where there is an entry; else a reason to skip that names every part of the key that differs.
  std::string skip_reason;
};

/// The entry of that gate and case, if the baseline was taken under this very key.
BaselineChoice find_entry(const Baseline& baseline, const DeviceKey& key, const std::string& gate,
                          const std::string& line);

/// Two fresh processes against the stored ones.
struct BaselineComparison {
  bool fails = false;
  /// P(fails) when the fresh processes are like the stored ones, exactly.
  double false_alarm = 0;
  /// One line.
  std::string text;
};

/// Fails iff both fresh numbers are worse than all M stored ones; ties are not worse.
///
/// If all M + 2 are exchangeable, each pair of places in their order is equally likely for the fresh two, and only the
/// worst two places fail: 1 of (M + 2)(M + 1) / 2.
/// Throws std::invalid_argument for a number that is not finite and above 0, or for an entry without values.
BaselineComparison compare_with_baseline(const BaselineEntry& entry, double first, double second);

}  // namespace attngate
