#include "attngate/decision/policy.h"

#include <fmt/format.h>

namespace attngate {

Policy single_value_policy() {
  Policy policy;
  policy.screen_pairs = 1;
  policy.screen_alpha = 0.5;
  policy.pairs_per_process = 1;
  return policy;
}

double false_alarm_limit(const Policy& policy) {
  const SignTest screen = policy.screen_test();
  const double screen_limit = 2 * screen.critical > screen.trials ? 0.5 : 1;
  return screen_limit * policy.confirm_test().attained_alpha;
}

std::string policy_text(const Policy& policy) {
  const SignTest screen = policy.screen_test();
  const SignTest confirm = policy.confirm_test();
  return fmt::format(
      "screen: {} of {} pairs beyond the bound (alpha {:.4f}); confirm: {} of {} fresh processes by their median of {} "
      "(alpha {:.4f}); "
      "false alarms at the bound itself: at most {:.4f}",
      screen.critical, screen.trials, screen.attained_alpha, confirm.critical, confirm.trials, policy.pairs_per_process,
      confirm.attained_alpha, false_alarm_limit(policy));
}

std::string policy_in_short(const Policy& policy) {
  const SignTest screen = policy.screen_test();
  const SignTest confirm = policy.confirm_test();
  return fmt::format(
      "A gate fails where too many pairs lie beyond its bound ({} of {}), and {} of {} fresh processes agree.\n"
      "One that is exactly as slow as allowed fails in {:.2f} % of the runs at most. Ranges are 95 % intervals.\n"
      "--explain has the error rates.",
      screen.critical, screen.trials, confirm.critical, confirm.trials, 100 * false_alarm_limit(policy));
}

}  // namespace attngate
