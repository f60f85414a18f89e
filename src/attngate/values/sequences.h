#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "attngate/values/case_inputs.h"

namespace attngate {

/// Row numbers as an int64 tensor on the device.
at::Tensor row_numbers(const std::vector<std::int64_t>& rows, at::Device device);

/// First token row of each sequence and, last, the total.
std::vector<std::int64_t> first_rows(const AttentionCase& attention_case);

/// The sequences of a batch named by `sources`, in that order, each with its own values and masks.
CaseInputs sequences_of(const CaseInputs& batch, const std::vector<std::int64_t>& sources);

/// The token rows of these sequences, one behind the other.
std::vector<std::int64_t> rows_of_sequences(const AttentionCase& attention_case,
                                            const std::vector<std::int64_t>& sources);

/// Does the dense form have padded positions?
bool has_padding(const AttentionCase& attention_case);

/// For properties that tell sequences apart: a second one is added, and layout=expanded becomes packed.
AttentionCase two_or_more_sequences(AttentionCase attention_case);
/// Why a case has no sequences to tell apart; empty when it has.
std::string why_not_two_sequences(const AttentionCase& attention_case);

}  // namespace attngate
