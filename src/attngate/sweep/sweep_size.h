#pragma once

#include <cstdint>
#include <string>

#include "attngate/sweep/sweep_plan.h"

namespace attngate {

/// What a row takes on disk at most, but for long error texts: some 25 cells of 10 bytes, twice over.
inline constexpr std::uint64_t bytes_of_a_row = 512;

/// Rows that a sweep may have unless more are asked for: 47 minutes on an H100.
inline constexpr std::uint64_t usual_most_rows = 100'000;

/// What the sweep comes to, in one line: rows, time on an H100, space on disk and in memory. `row_seconds` is how long
/// a row is sampled.
std::string size_text(std::uint64_t rows, double row_seconds);

/// Throws UsageError, with the size and how to go beyond, for a sweep of more rows than that.
void require_size(std::uint64_t rows, std::uint64_t most_rows, double row_seconds);

/// The first and the last configurations as a table, and how many there are between them.
std::string outline_text(const SweepPlan& plan);

}  // namespace attngate
