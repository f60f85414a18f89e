#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "attngate/base/clock_state.h"
#include "attngate/base/device_key.h"
#include "attngate/base/fields.h"

namespace attngate {

/// What a time is the time of. On the CPU work is done when the call returns, and the three differ in cache alone.
enum class Quantity {
  isolated_latency,  ///< one call on an idle device, from just before the call to the end of its work: host included
  gpu_time,  ///< calls queued while the device is busy, so that it never waits for the host; waits of the host left out
  throughput  ///< calls back to back behind a first one: the slower of host and device decides
};

/// "isolated_latency", "gpu_time" or "throughput".
std::string to_string(Quantity quantity);

/// The quantity of that name; empty where there is none.
inline std::optional<Quantity> quantity_named(const std::string& name) { return named<Quantity>(name); }

/// One operator's part of a pair; times are means over the sample's calls.
struct Sample {
  /// The quantity measured, in us per call.
  double us = 0;
  /// Until the call returned to the host, in us per call: launches, and waiting where the operator synchronises.
  double host_us = 0;
  /// Clock of the multiprocessors just before the calls, in MHz; empty where nothing could measure it.
  std::optional<double> sm_mhz;
  /// gpu_time only: the host had queued every call, or all up to its next wait, before the device began; else the
  /// device may have waited.
  bool launches_hidden = false;
  bool operator==(const Sample&) const = default;
};

constexpr auto describe(const Sample*) {
  return fields(field("us", &Sample::us), field("host_us", &Sample::host_us), field("sm_mhz", &Sample::sm_mhz),
                field("launches_hidden", &Sample::launches_hidden));
}

/// Two operators timed one right after the other.
struct SamplePair {
  Sample base, candidate;
  bool candidate_first = false;
  bool operator==(const SamplePair&) const = default;
};

/// In files by columns, see report/samples_json.cpp.
constexpr auto describe(const SamplePair*) {
  return fields(keyless(&SamplePair::base), keyless(&SamplePair::candidate), keyless(&SamplePair::candidate_first));
}

/// One of the two operators, and how its samples were prepared.
struct SampledOperator {
  std::string name;
  /// Attention kernels that were seen to run, see BackendObserver; empty when nobody looked.
  std::string backend;
  /// Replayed from a CUDA graph: its launches cost the host next to nothing.
  bool graph_replayed = false;
  /// gpu_time only: how often a call makes the host wait for the device, in between; 0 for other quantities.
  std::uint64_t waits_per_call = 0;
  /// Calls before the first sample.
  std::uint64_t warm_up_calls = 0;
  /// Times and allocations had settled by then.
  bool settled = false;
  /// Most bytes in use at one time during a call, above those before it, see peak_bytes_of(); empty where not measured.
  std::optional<std::uint64_t> peak_bytes;
  bool operator==(const SampledOperator&) const = default;
};

constexpr auto describe(const SampledOperator*) {
  return fields(field("name", &SampledOperator::name), field("backend", &SampledOperator::backend),
                field("graph_replayed", &SampledOperator::graph_replayed),
                field("waits_per_call", &SampledOperator::waits_per_call),
                field("warm_up_calls", &SampledOperator::warm_up_calls), field("settled", &SampledOperator::settled),
                field("peak_bytes", &SampledOperator::peak_bytes));
}

/// The samples of two operators in pairs, with all that is needed to judge them: plain data, no judgement.
struct PairedSamples {
  Quantity quantity = Quantity::gpu_time;
  SampledOperator base, candidate;
  DeviceKey device;
  /// Decided the order within each pair.
  std::uint64_t seed = 0;
  /// Calls that make one sample.
  std::uint64_t calls_per_sample = 1;
  /// Bytes written before each sample (isolated_latency: before each call) to empty the cache; 0 for none.
  std::uint64_t flushed_bytes = 0;
  ClockState clocks_before, clocks_after;
  /// Share of the host's processors, 0 to 1, that other processes took while the pairs were taken; empty on the CPU,
  /// where a gate is for trying things out, and where the system does not say.
  std::optional<double> others_cpu_share;
  /// What a reader should know: a warm-up that did not settle, fewer pairs than asked for, ...
  std::vector<std::string> notes;
  std::vector<SamplePair> pairs;
  bool operator==(const PairedSamples&) const = default;
};

constexpr auto describe(const PairedSamples*) {
  return fields(
      field("quantity", &PairedSamples::quantity), field("device", &PairedSamples::device),
      field("seed", &PairedSamples::seed).as_seed(), field("calls_per_sample", &PairedSamples::calls_per_sample),
      field("flushed_bytes", &PairedSamples::flushed_bytes), field("clocks_before", &PairedSamples::clocks_before),
      field("clocks_after", &PairedSamples::clocks_after), field("others_cpu_share", &PairedSamples::others_cpu_share),
      field("notes", &PairedSamples::notes), field("base", &PairedSamples::base),
      field("candidate", &PairedSamples::candidate), keyless(&PairedSamples::pairs));
}

/// ln(candidate / base) of each pair, in the order in which they were taken.
std::vector<double> log_ratios(const PairedSamples& samples);
/// The base's times in us.
std::vector<double> base_times(const PairedSamples& samples);
/// The candidate's times in us.
std::vector<double> candidate_times(const PairedSamples& samples);

/// Share of samples, 0 to 1, in which the device may have waited for the host; 0 for quantities that do not ask.
double share_with_visible_launches(const PairedSamples& samples);

}  // namespace attngate
