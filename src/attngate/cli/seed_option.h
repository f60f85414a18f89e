#pragma once

#include <cstdint>
#include <string>

namespace attngate {

/// The seed that `--seed` gives, else ATTNGATE_SEED, else the default of runs that name none; `random` draws one.
///
/// Throws UsageError for a text that is none of a number below 2^64, 0x hex and `random`.
std::uint64_t chosen_seed(const std::string& option);

}  // namespace attngate
