#pragma once

#include <string>

#include "attngate/decision/decision.h"

namespace attngate {

/// Who is held against whom, for people: "fast" and "slow", "SDPA" and "the product peak".
struct GateSubject {
  std::string candidate;
  std::string base;
};

/// Headroom (bound.h) for people: "28 %", and "1.4 %" below ten.
std::string headroom_text(double headroom);

/// The decision as one line, without a line break:
///
///     fast is 2.31x slow (95 % interval 2.29 to 2.33), bound 1.8x: pass, headroom 28 %
///     nested takes 0.412x padded, bound at most 0.6x: pass, headroom 46 %
///     SDPA reaches 0.41 of the product peak, bound at least 0.28: pass, headroom 46 %
///
/// A fail, a flag that was not confirmed and a median outside the bound add what decided, an inconclusive gate its
/// reason. The interval is left out for one value, and shows its own coverage where that is below 95 %. It is that of
/// the fresh processes where they were conclusive, else of the pairs in one process.
std::string decision_line(const GateSubject& subject, const Decision& decision);

}  // namespace attngate
