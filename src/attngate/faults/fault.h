#pragma once

#include <string>
#include <vector>

#include "attngate/faults/editable_attention.h"

namespace attngate::faults {

/// A dtype in which a fault cannot be told from a healthy path, and why.
struct Unseen {
  DType dtype;
  std::string reason;
};

/// One mistake, planted in an attention that is otherwise right.
struct Fault {
  /// Unique, in words joined by underscores.
  std::string name;
  /// What goes wrong, in one sentence.
  std::string sentence;
  /// Where it happened: "PyTorch issue 81077", "PyTorch pull request 90413", "vLLM issue 51902"; or "mutation".
  std::string reference = "mutation";
  Base base = Base::unfused;
  Hooks hooks = {};
  /// A case line without its dtype on which `exposed_by` fails.
  std::string exposes;
  /// A case line without its dtype that the fault leaves alone; empty where it changes every case.
  std::string spares = {};
  /// The property that fails on the line `exposes`.
  std::string exposed_by = "agreement";
  /// So many calls at most until it shows on that line; above 1 for a fault that comes and goes.
  int calls = 1;
  /// It writes to its inputs: others must not share them.
  bool writes_inputs = false;
  /// Where it is the same as healthy, by the rounding that is allowed there.
  std::vector<Unseen> unseen = {};
};

/// The fault as a path under test, "fault.<name>".
AttentionPath path_of(const Fault& fault);

/// Why nothing can see the fault in this dtype; empty where it must be seen.
std::string reason_unseen(const Fault& fault, DType dtype);

/// Every planted fault, group by group. Each call gives faults with fresh state, as a new process would have it.
std::vector<Fault> all_faults();

/// A base without a fault, "healthy.unfused" and so on: what it fails cannot convict anybody.
AttentionPath healthy_path(Base base);

/// Lengths and masks: which keys a query sees.
std::vector<Fault> length_and_mask_faults();
/// Scale and softmax: how much each key counts.
std::vector<Fault> scale_and_softmax_faults();
/// Projections and heads: which numbers meet.
std::vector<Fault> projection_and_head_faults();
/// Memory and layout: where numbers are read, tile by tile.
std::vector<Fault> memory_and_layout_faults();
/// Batching and state: which sequence, which call.
std::vector<Fault> batching_and_state_faults();
/// Result form: what is returned, and how.
std::vector<Fault> result_form_faults();

}  // namespace attngate::faults
