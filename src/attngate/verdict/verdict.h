#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "attngate/base/fields.h"

namespace attngate {

/// How one path behaved on one case, held against what it promises.
enum class PathStatus {
  ok,                   ///< ran, and what it returned is within its bound
  refused_as_promised,  ///< raised the error that it promises for such a case
  defect_as_recorded,   ///< returned a wrong result, as docs/findings.md says it does
  wrong_result,         ///< ran, but what it returned is outside its bound
  unexpected_error,     ///< raised an error that it does not promise
  unexpected_success,   ///< ran although it promises an error
  out_of_memory,        ///< the device or the host ran out of memory
  crashed,              ///< ended its process, by a signal or an exit
  hung,                 ///< did not end within the case's time limit
  device_lost           ///< left the device unusable: every later call on it fails
};

/// "ok", "refused as promised", "wrong result", ...
std::string to_string(PathStatus status);

/// One path's part of a verdict.
struct PathOutcome {
  /// Registered name, e.g. "nn_mha_fast.flash"; for a pair of paths "a ~ b".
  std::string path;
  /// SDPA backend that was seen to run: "flash", "efficient", "math", "cudnn", "unfused".
  std::string backend;
  PathStatus status = PathStatus::ok;
  /// Worst error divided by its bound; above 1 the check fails.
  double margin = 0;
  /// The deciding error and its bound, in units of the output.
  double error = 0;
  double bound = 0;
  /// Which rule decided, the first differing elements, or the text of the error.
  std::string detail;
  /// Time of the path on this case in us, host launches included (device events on CUDA).
  double time_us = 0;

  bool holds() const {
    return status == PathStatus::ok || status == PathStatus::refused_as_promised ||
           status == PathStatus::defect_as_recorded;
  }
  bool operator==(const PathOutcome&) const = default;
};

constexpr auto describe(const PathOutcome*) {
  return fields(field("path", &PathOutcome::path), field("backend", &PathOutcome::backend),
                field("status", &PathOutcome::status), field("margin", &PathOutcome::margin),
                field("error", &PathOutcome::error), field("bound", &PathOutcome::bound),
                field("detail", &PathOutcome::detail), field("time_us", &PathOutcome::time_us).newer());
}

/// Host time in us that one case spent in each phase.
struct PhaseTimes {
  double inputs_us = 0;
  double reference_us = 0;
  double paths_us = 0;
  double compare_us = 0;

  PhaseTimes& operator+=(const PhaseTimes& other) {
    inputs_us += other.inputs_us;
    reference_us += other.reference_us;
    paths_us += other.paths_us;
    compare_us += other.compare_us;
    return *this;
  }
  bool operator==(const PhaseTimes&) const = default;
};

constexpr auto describe(const PhaseTimes*) {
  return fields(field("inputs_us", &PhaseTimes::inputs_us), field("reference_us", &PhaseTimes::reference_us),
                field("paths_us", &PhaseTimes::paths_us), field("compare_us", &PhaseTimes::compare_us));
}

/// What a property says of one case.
struct Verdict {
  bool holds = true;
  /// False where the property has nothing to say about the case: it is not counted, neither way.
  bool applicable = true;
  /// One line saying why it does not hold, or does not apply; empty when it holds.
  std::string reason;
  /// Every path that took part, in registration order, then the pairs that failed.
  std::vector<PathOutcome> paths;
  PhaseTimes phases;
  /// Largest margin of all comparisons, pairs included.
  double worst_margin = 0;
  /// The path or pair that has it.
  std::string worst_path;
  /// The device can no longer be used by this process: whoever checks the next case needs a fresh one.
  bool device_lost = false;
  /// It fails by an error, and other processes leave too little memory of the device: it says nothing of a path, and
  /// the case is to be checked again once they have let go.
  bool crowded_out = false;
  /// Pairs of results that should be the same bits, and how many were. Reported apart: a pair that differs within its
  /// bound still holds.
  std::uint64_t exact_pairs = 0;
  std::uint64_t exact_equal = 0;
  bool operator==(const Verdict&) const = default;
};

constexpr auto describe(const Verdict*) {
  return fields(field("holds", &Verdict::holds), field("applicable", &Verdict::applicable),
                field("reason", &Verdict::reason), field("paths", &Verdict::paths), field("phases", &Verdict::phases),
                field("worst_margin", &Verdict::worst_margin), field("worst_path", &Verdict::worst_path),
                field("device_lost", &Verdict::device_lost), field("crowded_out", &Verdict::crowded_out),
                field("exact_pairs", &Verdict::exact_pairs), field("exact_equal", &Verdict::exact_equal));
}

}  // namespace attngate
