#pragma once

namespace attngate {

/// The dtypes that every property holds in, as a case line spells them.
inline constexpr const char* every_dtype[] = {"fp16", "bf16", "fp32"};

}  // namespace attngate
