#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "attngate/values/case_inputs.h"

namespace attngate {

/// Remembers the inputs of a case, and tells whether anyone has written to them or beside them since.
class InputGuard {
 public:
  /// Copies the arena: tokens, dense form, nested buffer, parameters, mask and the guards between them. Parameters
  /// given to CaseInputs::with_parameters() are not in it, nor is a nested tensor made by nested=list or nested=mask.
  explicit InputGuard(const CaseInputs& inputs);

  /// What has changed, "row 3 of sequence 1 of dense was written" or "the guard behind in_proj_bias was written", and
  /// how many bytes; empty when nothing has. Waits for the device; throws c10::Error when the device is lost.
  std::string damage() const;

 private:
  GuardedArena arena_;
  at::Tensor copy_;
};

}  // namespace attngate
