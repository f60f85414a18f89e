#pragma once

#include <string>

#include "attngate/oracle/tolerance.h"

namespace attngate {

/// The first elements of the deciding sequence that differ by more than the bound, for people to read:
/// "3 of 128 elements over 1.2e-03; first at (sequence 1, token 4, channel 17): got 0.31, reference 0.25".
///
/// Falls back to the largest difference where no single element is over the bound.
std::string describe_difference(const at::Tensor& rows, const at::Tensor& reference, const Margin& margin,
                                const AttentionCase& attention_case);

}  // namespace attngate
