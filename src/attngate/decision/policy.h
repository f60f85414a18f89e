#pragma once

#include <cstddef>
#include <string>

#include "attngate/base/fields.h"
#include "attngate/decision/sign_test.h"

namespace attngate {

/// The two stages of a decision: a screen in one process, and a confirmation over fresh processes where it flags.
///
/// The process is the unit of replication: pairs in one process share its addresses and choices of algorithm, and so
/// agree on a wrong answer. A gate fails only where both stages do.
struct Policy {
  /// 2 * 201 calls of 200 us and as many cache flushes of 40 us (100 MB at 3 TB/s) are 0.1 s of GPU time. Odd, so that
  /// the median is one of the pairs.
  std::size_t screen_pairs = 201;
  /// How often a gate that stands at its bound is sent to the costly second stage by chance: 118 of 201 pairs, 0.0081.
  double screen_alpha = 0.01;
  /// The confirmation decides: 11 of 12 processes, 0.0032. It forgives one process that saw no slowdown.
  std::size_t processes = 12;
  double confirm_alpha = 0.005;
  /// 40 pairs know the median of a process to 1.25 / sqrt(40) = 0.2 of the pairs' spread, that is to 0.1 % for 0.5 %,
  /// about the band of processes itself (0.08 to 0.18 %): more pairs would not sharpen it.
  std::size_t pairs_per_process = 40;

  SignTest screen_test() const { return make_sign_test(screen_pairs, screen_alpha); }
  SignTest confirm_test() const { return make_sign_test(processes, confirm_alpha); }
  bool operator==(const Policy&) const = default;
};

/// Files of a study have no alphas: those are the policy's own.
constexpr auto describe(const Policy*) {
  return fields(field("screen_pairs", &Policy::screen_pairs), keyless(&Policy::screen_alpha),
                field("confirming_processes", &Policy::processes), keyless(&Policy::confirm_alpha),
                field("pairs_per_process", &Policy::pairs_per_process));
}

/// For what has one number a process (a share of the peak, peak bytes): one comparison flags, the processes decide.
///
/// The screen is the sign test of one value at alpha 1/2; the confirmation is that of Policy.
Policy single_value_policy();

/// The largest probability to fail a gate whose fresh processes measure a median on the right side of the bound, or on
/// it, at least half of the time; nothing else is assumed.
///
/// "Median" is the lower median (order_statistics.h). A screen that flags has more than half of its pairs beyond the
/// bound, where screen_alpha is 1/2 or less, so its own median is beyond it: probability 1/2 or less. Given that, the
/// confirmation over other processes fails with attained_alpha or less. The bound is their product: 0.0016 for the
/// default. Away from the bound it is smaller by orders of magnitude, see power.h.
double false_alarm_limit(const Policy& policy);

/// The policy in one line, with its counts and attained alphas.
std::string policy_text(const Policy& policy);

/// The rule for who reads a table of gates: what fails one, and how often it does so wrongly.
std::string policy_in_short(const Policy& policy);

}  // namespace attngate
