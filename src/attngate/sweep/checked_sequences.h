#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "attngate/base/fields.h"
#include "attngate/case/attention_case.h"

namespace attngate {

/// What the fp64 reference of one row may cost, see Cost.
struct ReferenceLimit {
  /// The plain formula in fp32 takes as many again. 4e10: about a millisecond each at the 50 TFLOP/s that an H100
  /// reaches in fp64 and fp32, where a row may take 38 ms.
  double flops = 4e10;
  /// Held at once. 1 GiB: it passes over them about ten times, 3 ms at 3 TB/s.
  double bytes = 1 << 30;
  bool operator==(const ReferenceLimit&) const = default;

  static ReferenceLimit none() {
    return {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  }
};

constexpr auto describe(const ReferenceLimit*) {
  return fields(keyless(&ReferenceLimit::flops), keyless(&ReferenceLimit::bytes));
}

/// Which sequences of a case are held against the reference, ascending: all where that stays within the limit.
/// Else as many as fit, two at least: the longest, the shortest and others that the seed draws.
std::vector<std::int64_t> sequences_to_check(const AttentionCase& attention_case, std::uint64_t seed,
                                             const ReferenceLimit& limit);

}  // namespace attngate
