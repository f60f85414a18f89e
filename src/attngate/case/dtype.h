#pragma once

namespace attngate {

/// The working precision of a case: inputs, parameters and outputs all have it.
enum class DType { fp16, bf16, fp32 };

}  // namespace attngate
