#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "attngate/case/attention_work.h"
#include "attngate/samples/samples.h"

namespace attngate {

/// What a gate asks.
enum class GateKind {
  self,      ///< is a path as fast as itself, with or without a planted slowdown?
  path,      ///< is a path as much faster than another one as it should be?
  roofline,  ///< does a path reach its share of what the GPU can do?
  memory     ///< does a path take as much less memory than another one as it should?
};

/// "self", "path", "roofline" or "memory".
std::string to_string(GateKind kind);

/// Something that a gate times.
struct GateOperator {
  /// Name of a path, or "sdpa.<backend>" for scaled dot product attention by itself.
  std::string name;
  /// For people: "fast" for nn_mha_fast.flash.
  std::string label;
  /// What it works on, for its flops.
  InputForm form = InputForm::padded;
  bool operator==(const GateOperator&) const = default;
};

/// One question on one case, with one bound.
struct Gate {
  /// Unique, and the name of its bound: "gate.path.fast_vs_slow.long.bf16.padding_50". Random cases share a bound, and
  /// have
  /// "#0", "#1", ... behind it.
  std::string name;
  GateKind kind = GateKind::path;
  AttentionCase attention_case;
  GateOperator candidate;
  /// Unused by a roofline gate, whose base is a peak.
  GateOperator base;
  /// Of the samples; a memory gate looks at bytes.
  Quantity quantity = Quantity::throughput;
  /// self: the slowdown that the candidate gets on purpose, as a share of its time.
  double planted_slowdown = 0;
  /// self: the gate does its duty by failing.
  bool must_fail = false;

  /// The name without "#0".
  std::string bound_name() const { return name.substr(0, name.find('#')); }
};

/// "sdpa.flash" and the like.
bool is_bare_sdpa(const GateOperator& timed);

/// All gates of a run, in the order in which people should read them; the seed draws the random cases.
std::vector<Gate> gate_catalogue(std::uint64_t seed);

/// Those whose name begins with one of the prefixes ("gate." may be left out); all where there is none.
///
/// Throws UsageError for a prefix that no gate has.
std::vector<Gate> chosen_gates(std::vector<Gate> gates, const std::vector<std::string>& prefixes);

}  // namespace attngate
