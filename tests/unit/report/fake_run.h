#pragma once

#include "attngate/report/results.h"
#include "unit/run/fakes.h"

namespace attngate::test {

/// The context of `fake_run`.
inline RunContext fake_context() {
  RunContext context;
  context.run = fake_run;
  return context;
}

/// A run of two cases that hold, told to the listener.
inline RunReport run_told_to(RunListener& listener) {
  ForAllOptions options = fake_options(2);
  options.listeners = {&listener};
  return for_all(options, draw_fake, {}, [](const AttentionCase&) { return holding(); });
}

}  // namespace attngate::test
