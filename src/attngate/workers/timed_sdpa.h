#pragma once

#include <memory>
#include <string>

#include "attngate/timing/timed_operator.h"
#include "attngate/values/case_inputs.h"

namespace attngate {

/// Scaled dot product attention by itself on the padded form of a case without a mask: query, key and value
/// [batch, num_heads, seqlen, head_dim] are projected beforehand, chunks of one tensor as in a model.
///
/// `backend` is "flash", "efficient", "math" or "cudnn"; errors of LibTorch pass through when it does not take the
/// case. Throws std::invalid_argument for another backend, or for a case with a mask.
TimedOperator timed_sdpa(const CaseInputs& inputs, const std::string& backend);

}  // namespace attngate
