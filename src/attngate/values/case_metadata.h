#pragma once

#include <ATen/core/Tensor.h>

#include "attngate/values/case_inputs.h"
#include "attngate/values/fill.h"

namespace attngate {

/// Where the rows of a case lie and by which keys they get their values: one buffer that reaches a device in one copy.
class CaseMetadata {
 public:
  /// Works it out on the host and copies it; throws CaseError for keys that do not fit the case.
  CaseMetadata(const AttentionCase& attention_case, const ValueKeys& keys, at::Device device);

  /// int64 views, as CaseInputs gives them.
  at::Tensor first_row_of_sequence() const { return slots(0, batch_ + 1); }
  at::Tensor lengths() const { return slots(batch_ + 1, batch_); }
  at::Tensor dense_row_of_token() const { return slots(2 * batch_ + 1, tokens_); }
  at::Tensor tight_row_of_token() const { return slots(2 * batch_ + 1 + tokens_, tokens_); }
  /// Addresses on the device.
  RowKeys row_keys() const;

 private:
  at::Tensor slots(std::int64_t first, std::int64_t count) const { return buffer_.narrow(0, first, count); }

  std::int64_t batch_, tokens_;
  at::Tensor buffer_;
};

}  // namespace attngate
