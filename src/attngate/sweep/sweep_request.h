#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "attngate/base/wire.h"
#include "attngate/samples/samples.h"
#include "attngate/samples/stopping_rule.h"
#include "attngate/sweep/checked_sequences.h"

namespace attngate {

/// Which backends SDPA may choose among: torch.backends.cuda.sdp_kernel's four switches.
struct BackendSwitches {
  bool math = true;
  bool flash = true;
  bool efficient = true;
  bool cudnn = true;
  bool operator==(const BackendSwitches&) const = default;
};

constexpr auto describe(const BackendSwitches*) {
  return fields(keyless(&BackendSwitches::math), keyless(&BackendSwitches::flash), keyless(&BackendSwitches::efficient),
                keyless(&BackendSwitches::cudnn));
}

/// One operator of a row.
struct SweepOperator {
  /// What the row's columns call it: "slow", "fast", ...
  std::string label;
  /// A registered path, held to its own backend; or a family of paths, whose backend LibTorch chooses among `switches`.
  std::string path;
  BackendSwitches switches = {};
  /// Asks for attention weights, whatever the case's line says.
  bool need_weights = false;
  /// Sampled in every round; else in the first bystander_rounds ones only.
  bool every_round = true;
  /// Why it takes no part, decided beforehand; empty where it does.
  std::string skip_reason = {};
  bool operator==(const SweepOperator&) const = default;
};

constexpr auto describe(const SweepOperator*) {
  return fields(keyless(&SweepOperator::label), keyless(&SweepOperator::path), keyless(&SweepOperator::switches),
                keyless(&SweepOperator::need_weights), keyless(&SweepOperator::every_round),
                keyless(&SweepOperator::skip_reason));
}

/// Rounds in which an operator is sampled that no speedup is about. 3: the least whose median one stray does not move.
inline constexpr std::uint64_t bystander_rounds = 3;

/// base's time over candidate's: how many times as fast the candidate is. Both are indices of operators.
struct SpeedupOf {
  std::uint64_t base = 0;
  std::uint64_t candidate = 0;
  bool operator==(const SpeedupOf&) const = default;
};

constexpr auto describe(const SpeedupOf*) { return fields(keyless(&SpeedupOf::base), keyless(&SpeedupOf::candidate)); }

/// One row of a sweep, as a worker process is asked for it.
struct SweepRequest {
  /// The case's line.
  std::string line;
  std::vector<SweepOperator> operators;
  /// Every operator that they name is sampled in every round. They decide when sampling ends.
  std::vector<SpeedupOf> speedups;
  StoppingRule rule;
  /// Decides the order within each round and which sequences are checked against the reference.
  std::uint64_t seed = 0;
  /// How many sequences are held against the reference, see sequences_to_check().
  ReferenceLimit limit = {};
  /// gpu_time or throughput.
  Quantity quantity = Quantity::gpu_time;
  bool operator==(const SweepRequest&) const = default;
};

constexpr auto describe(const SweepRequest*) {
  return fields(keyless(&SweepRequest::line), keyless(&SweepRequest::operators), keyless(&SweepRequest::speedups),
                keyless(&SweepRequest::rule), keyless(&SweepRequest::seed), keyless(&SweepRequest::limit),
                keyless(&SweepRequest::quantity));
}

/// What came of one operator.
struct OperatorAnswer {
  enum class Kind : std::uint8_t {
    timed,    ///< agrees with the reference, and `us` is its time
    skipped,  ///< does not promise to run here, see `reason`
    failed    ///< disagrees, or raised an error, see `reason`
  };
  Kind kind = Kind::timed;
  /// In one line; empty when timed.
  std::string reason = {};
  /// Attention kernels that were seen to run.
  std::string backend = {};
  /// Centre of the samples' times in us per call, see estimate_centre(), of a bystander their median; 0 unless timed.
  double us = 0;
  /// gpu_time only: in some samples the device may have waited for the host, whatever was tried.
  bool launches_show = false;
  /// Largest error over its bound; 0 unless it ran.
  double margin = 0;
  bool operator==(const OperatorAnswer&) const = default;
};

constexpr auto describe(const OperatorAnswer*) {
  return fields(keyless(&OperatorAnswer::kind), keyless(&OperatorAnswer::reason), keyless(&OperatorAnswer::backend),
                keyless(&OperatorAnswer::us), keyless(&OperatorAnswer::launches_show),
                keyless(&OperatorAnswer::margin));
}

/// Where the time of rows went, in s.
struct RowSeconds {
  /// Making inputs.
  double prepare = 0;
  double check = 0;
  /// Warming up and sampling.
  double sample = 0;
  bool operator==(const RowSeconds&) const = default;
};

constexpr auto describe(const RowSeconds*) {
  return fields(keyless(&RowSeconds::prepare), keyless(&RowSeconds::check), keyless(&RowSeconds::sample));
}

/// What came of a row.
struct SweepAnswer {
  /// As many as were asked for; none where `problem` is about the whole row.
  std::vector<OperatorAnswer> operators;
  /// One for each speedup asked for; empty where one of its operators was not timed.
  std::vector<std::optional<RatioEstimate>> speedups;
  std::uint64_t rounds = 0;
  /// Largest error over its bound of all comparisons: operators against the reference, and against each other.
  double worst_margin = 0;
  /// Sequences that were held against the fp64 reference.
  std::uint64_t checked_sequences = 0;
  /// What is wrong with the row beside its operators: two of them disagree, or the worker died. In one line, else
  /// empty.
  std::string problem = {};
  /// The worker died in mid-row, see `problem`: of the row, or of what was sent to it.
  bool worker_died = false;
  /// Whatever went wrong may have spoilt the process: nobody measures in it any more.
  bool spoilt = false;
  RowSeconds seconds = {};
  bool operator==(const SweepAnswer&) const = default;

  /// No operator failed, and nothing else is wrong.
  bool holds() const;
};

constexpr auto describe(const SweepAnswer*) {
  return fields(keyless(&SweepAnswer::operators), keyless(&SweepAnswer::speedups), keyless(&SweepAnswer::rounds),
                keyless(&SweepAnswer::worst_margin), keyless(&SweepAnswer::checked_sequences),
                keyless(&SweepAnswer::problem), keyless(&SweepAnswer::worker_died), keyless(&SweepAnswer::spoilt),
                keyless(&SweepAnswer::seconds));
}

}  // namespace attngate
