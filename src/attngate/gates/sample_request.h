#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "attngate/base/wire.h"
#include "attngate/samples/samples.h"

namespace attngate {

/// An operator as a worker process is asked for it.
struct OperatorRequest {
  /// Name of a path, or "sdpa.<backend>".
  std::string name;
  /// The case's line.
  std::string line;
  /// A spin of that length is queued behind each call; one of 0 us costs its launch and nothing else.
  std::optional<double> spin_us = {};
  bool operator==(const OperatorRequest&) const = default;
};

constexpr auto describe(const OperatorRequest*) {
  return fields(keyless(&OperatorRequest::name), keyless(&OperatorRequest::line), keyless(&OperatorRequest::spin_us));
}

/// What a worker process is asked to measure.
struct SampleRequest {
  OperatorRequest base, candidate;
  Quantity quantity = Quantity::gpu_time;
  std::uint64_t seed = 0;
  std::uint64_t most_pairs = 201;
  double budget_seconds = 0.5;
  /// Measures what the device can do at most, too, once a process.
  bool ceilings = false;
  /// Measures nothing: gives up all memory, and says which device it is.
  bool release = false;
  bool operator==(const SampleRequest&) const = default;
};

constexpr auto describe(const SampleRequest*) {
  return fields(keyless(&SampleRequest::base), keyless(&SampleRequest::candidate), keyless(&SampleRequest::quantity),
                keyless(&SampleRequest::seed), keyless(&SampleRequest::most_pairs),
                keyless(&SampleRequest::budget_seconds), keyless(&SampleRequest::ceilings),
                keyless(&SampleRequest::release));
}

/// What a device can do at most.
struct MeasuredCeilings {
  /// Of the matrix product in the dtype of the base's case.
  double flops_per_second = 0;
  double copy_bytes_per_second = 0;
  bool operator==(const MeasuredCeilings&) const = default;
};

constexpr auto describe(const MeasuredCeilings*) {
  return fields(field("flops_per_second", &MeasuredCeilings::flops_per_second),
                field("copy_bytes_per_second", &MeasuredCeilings::copy_bytes_per_second));
}

/// What came of it.
struct SampleAnswer {
  PairedSamples samples;
  std::optional<MeasuredCeilings> ceilings = {};
  /// Why there are no samples, in one line: a path does not promise to run such a case here. Empty where there are.
  std::string skip_reason = {};
  /// What went wrong, in one line; empty where nothing did. A path that promised to run and does not is a failure.
  std::string error = {};
  bool has_samples() const { return skip_reason.empty() && error.empty(); }
  bool operator==(const SampleAnswer&) const = default;
};

constexpr auto describe(const SampleAnswer*) {
  return fields(keyless(&SampleAnswer::samples), field("peak", &SampleAnswer::ceilings),
                field("skip_reason", &SampleAnswer::skip_reason), field("error", &SampleAnswer::error));
}

/// Where samples come from: worker processes, or a simulation in tests.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  /// Measures in the process of the last call, or in one that has done nothing yet.
  virtual SampleAnswer sample(const SampleRequest& request, bool in_fresh_process) = 0;
  /// So many fresh processes will be asked for: they may be started together now, before the next one measures.
  virtual void expect_fresh_processes(std::size_t count) { static_cast<void>(count); }
  /// The device that it measures; throws std::runtime_error where that cannot be used.
  virtual DeviceKey device_key() = 0;
};

}  // namespace attngate
