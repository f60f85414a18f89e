#pragma once

#include <optional>
#include <string>

#include "attngate/verdict/verdict.h"

namespace attngate {

/// Stands for a path where a process died outside of all paths.
inline constexpr const char* outside_paths = "(outside the paths)";

/// Whose failure a verdict tells of, and of which kind.
struct Blame {
  /// Registered name, or "a ~ b" for a pair that disagrees.
  std::string path;
  PathStatus status = PathStatus::wrong_result;
  bool operator==(const Blame&) const = default;

  /// A single path, which the others can do without; of a pair nobody knows which one is wrong.
  bool is_one_path() const { return path != outside_paths && path.find(" ~ ") == std::string::npos; }
};

/// The first path or pair that does not hold; nullopt when the verdict holds, and when it blames none (an exception).
std::optional<Blame> blame_of(const Verdict& verdict);

/// True where the verdict fails by the same path and in the same way; without a blame, where it blames none either.
///
/// Shrinking goes by it, so that a crash does not shrink into somebody else's rounding.
bool fails_alike(const Verdict& verdict, const std::optional<Blame>& blame);

/// True where the path ended or spoilt the process that it ran in (crashed, hung, device lost, out of memory): other
/// paths were not heard, and on a device the blame may be a neighbour's.
bool is_disaster(const Verdict& verdict);

/// True where it fails by an error that was raised, in a path or outside of them, memory that ran out included; false
/// where results are wrong.
bool fails_by_an_error(const Verdict& verdict);

/// The verdict on a case that a path did not survive; an empty name where it happened outside all paths.
Verdict disaster(const std::string& path, PathStatus status, const std::string& detail);

}  // namespace attngate
