#include "attngate/gates/gate_measurements.h"

#include <algorithm>
#include <ostream>

#include "attngate/report/measurements.h"

namespace attngate {
namespace {

void write_count(std::ostream& out, const char* name, std::size_t count) {
  write_measurement(out, name, static_cast<double>(count));
}

void write_ratio(std::ostream& out, const Bound& bound, const MedianEstimate& log_ratio) {
  const double one = shown_ratio(bound, log_ratio.lower);
  const double other = shown_ratio(bound, log_ratio.upper);
  write_measurement(out, "ratio", shown_ratio(bound, log_ratio.median));
  write_measurement(out, "ratio.lower", std::min(one, other));
  write_measurement(out, "ratio.upper", std::max(one, other));
  write_measurement(out, "ratio.coverage", log_ratio.coverage);
  write_measurement(out, "margin", margin(bound, log_ratio.median));
}

void write_screen(std::ostream& out, const ScreenResult& screen) {
  const ProcessReading& reading = screen.reading;
  write_count(out, "pairs", reading.pairs);
  write_count(out, "pairs.valid", reading.log_ratios.size());
  write_count(out, "pairs.throttled", reading.throttled);
  write_count(out, "pairs.beyond", screen.exceeding);
  write_count(out, "pairs.critical", screen.test.critical);
  if (reading.log_ratios.empty()) return;
  write_measurement(out, "spread", reading.spread);
  write_measurement(out, "candidate.median", reading.median_candidate);
  write_measurement(out, "base.median", reading.median_base);
}

}  // namespace

void write_gate_measurements(std::ostream& out, const Decision& decision) {
  write_measurement(out, "verdict", to_string(decision.verdict));
  write_measurement(out, "reason", decision.reason);
  write_measurement(out, "bound", decision.bound.value);
  if (decision.log_ratio().count > 0) write_ratio(out, decision.bound, decision.log_ratio());
  write_screen(out, decision.screen);
  if (!decision.confirm) return;
  write_count(out, "processes", decision.confirm->test.trials);
  write_count(out, "processes.beyond", decision.confirm->exceeding);
  write_count(out, "processes.critical", decision.confirm->test.critical);
}

}  // namespace attngate
