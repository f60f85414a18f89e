#pragma once

#include <string>

#include "attngate/oracle/tolerance.h"

namespace attngate {

/// The first elements of the deciding sequence that are over the bound of the max rule, or not finite:
/// "3 of 128 elements of sequence 1 differ by more than 0.0012; first at (sequence 1, token 4, channel 17): got 0.31,
/// expected 0.25". For the rms and row rules, the largest difference.
std::string describe_difference(const at::Tensor& rows, const at::Tensor& expected, const Margin& margin,
                                const AttentionCase& attention_case);

/// How far each element is off, in allowances: fp64.
at::Tensor excess(const at::Tensor& rows, const at::Tensor& expected, const at::Tensor& allowance);

/// The element of the deciding sequence that is the most allowances off: "the worst at (sequence 0, token 1, channel
/// 2): got 0.3, expected 0.2 within 0.01".
std::string describe_excess(const at::Tensor& rows, const at::Tensor& expected, const at::Tensor& allowance,
                            const Margin& margin, const AttentionCase& attention_case);

}  // namespace attngate
