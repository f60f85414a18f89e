#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "attngate/gates/baseline.h"
#include "attngate/gates/gate_bounds.h"
#include "attngate/gates/gate_run.h"
#include "attngate/gates/proposal.h"

namespace attngate {

/// How gates are calibrated.
struct CalibrationOptions {
  /// Fresh processes, at least least_calibration_processes.
  std::uint64_t processes = least_calibration_processes;
  GateOptions gates = {};
};

/// A bound that the measured processes keep.
struct ProposedBound {
  std::string gate;
  CalibratedValue value;
  Proposal proposal;
};

/// What a calibration found.
struct Calibration {
  /// Every gate's value in every process.
  Baseline baseline;
  /// For path, roofline and memory gates; those of self gates are chosen, not measured.
  std::vector<ProposedBound> proposals;
  /// A line for each gate that could not be measured in every process.
  std::vector<std::string> problems;
};

/// What bounds of this device go by: compute capability, or "cpu", and name.
GpuKind gpu_kind(const DeviceKey& device);

/// Measures gates in each of so many fresh processes, and proposes bounds from what came of it.
///
/// `gates_of` gives the gates of a process, so that random ones can be other ones in each. Gates that share a bound
/// ("#0",
/// "#1") give it the worst of theirs in each process; the baseline leaves them out, since their cases come once.
/// `after_process` gets what there is so far, so that nothing is lost; may be empty.
Calibration calibrate_gates(SampleSource& source, const DeviceKey& device, const std::vector<GateBound>& bounds,
                            const std::function<std::vector<Gate>(std::uint64_t process)>& gates_of,
                            const CalibrationOptions& options,
                            const std::function<void(const std::string&)>& progress = {},
                            const std::function<void(const Calibration&)>& after_process = {});

/// What becomes of bounds that stand for a GPU already when a calibration proposes others.
enum class StandingBounds {
  kept,
  /// Of two the looser value stays; the one that stands where they go with the clock differently. GPUs of one name
  /// differ, by up to 2.4 % in the path gates of H100s of four leases.
  replaced_where_tighter,
  replaced
};

/// The bounds with a calibration's proposals in them. Throws std::invalid_argument for a proposal to a gate without an
/// entry.
std::vector<GateBound> with_proposals(std::vector<GateBound> bounds, const Calibration& calibration,
                                      StandingBounds standing);

/// For each gate the least, median and largest value over the processes, their spread, how far the farthest is from the
/// median, the spread at one clock where the clock makes a difference, and the proposed bound.
void print_calibration(std::ostream& out, const Calibration& calibration);

}  // namespace attngate
