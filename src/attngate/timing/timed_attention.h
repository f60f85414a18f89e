#pragma once

#include <memory>
#include <stdexcept>

#include "attngate/paths/attention_path.h"
#include "attngate/timing/timed_operator.h"

namespace attngate {

/// A path that is not timed on a case because it does not promise to run it; what() is one line with the reason.
class NotTimeable : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// A path on inputs that are there already, ready to be called again and again: under InferenceMode, with its SDPA
/// backend enabled, outputs dropped. The operator shares the inputs, so that two of them can read the same memory.
///
/// A path that prepares its calls does so here, once, and a call is then what it prepared: a graphed path captures here
/// and replays there. Calls the path once to see which kernels it takes. Throws NotTimeable unless its promise for the
/// case is `runs` and the promised backend is the one that is seen; errors of the path pass through.
TimedOperator timed_attention(std::shared_ptr<const CaseInputs> inputs, const AttentionPath& path);

/// The same of a path that was seen to run on these inputs by `backend` just now: it is not run once more, unless it
/// has to be prepared.
TimedOperator timed_attention(std::shared_ptr<const CaseInputs> inputs, const AttentionPath& path,
                              const std::string& backend);

}  // namespace attngate
