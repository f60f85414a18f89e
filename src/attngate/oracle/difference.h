#pragma once

#include <string>

#include "attngate/oracle/tolerance.h"

namespace attngate {

/// The first elements of the deciding sequence that are over the bound of the max rule, or not finite:
/// "3 of 128 elements of sequence 1 differ by more than 0.0012; first at (sequence 1, token 4, channel 17): got 0.31,
/// expected 0.25". For the rms and row rules, the largest difference.
std::string describe_difference(const at::Tensor& rows, const at::Tensor& reference, const Margin& margin,
                                const AttentionCase& attention_case);

}  // namespace attngate
