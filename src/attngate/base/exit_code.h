#pragma once

/// What a test binary or a command tells the shell and CTest.
namespace attngate::exit_code {

/// Everything that was checked holds.
inline constexpr int holds = 0;
/// A check failed, was flaky, ran nothing, or the run could not be recorded.
inline constexpr int failed = 1;
/// Bad input or usage: nothing was checked.
inline constexpr int usage = 2;
/// Skipped with a printed reason; CTest's SKIP_RETURN_CODE (77 as in automake, which others already read as a skip).
inline constexpr int skipped = 77;

}  // namespace attngate::exit_code
