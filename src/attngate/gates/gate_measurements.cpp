#include "attngate/gates/gate_measurements.h"

#include <algorithm>
#include <ostream>

#include "attngate/report/measurements.h"

namespace attngate {
namespace {

void write_count(std::ostream& out, const std::string& name, std::size_t count) {
  write_measurement(out, name, static_cast<double>(count));
}

void write_ratio(std::ostream& out, const std::string& prefix, const Bound& bound, const MedianEstimate& log_ratio) {
  const double one = shown_ratio(bound, log_ratio.lower);
  const double other = shown_ratio(bound, log_ratio.upper);
  write_measurement(out, prefix + "ratio", shown_ratio(bound, log_ratio.median));
  write_measurement(out, prefix + "ratio.lower", std::min(one, other));
  write_measurement(out, prefix + "ratio.upper", std::max(one, other));
  write_measurement(out, prefix + "ratio.coverage", log_ratio.coverage);
  write_measurement(out, prefix + "headroom", headroom(bound, log_ratio.median));
}

void write_screen(std::ostream& out, const std::string& prefix, const ScreenResult& screen) {
  const ProcessReading& reading = screen.reading;
  write_count(out, prefix + "pairs", reading.pairs);
  write_count(out, prefix + "pairs.valid", reading.log_ratios.size());
  write_count(out, prefix + "pairs.throttled", reading.throttled);
  write_count(out, prefix + "pairs.beyond", screen.exceeding);
  write_count(out, prefix + "pairs.critical", screen.test.critical);
  if (reading.log_ratios.empty()) return;
  write_measurement(out, prefix + "spread", reading.spread);
  write_measurement(out, prefix + "candidate.median", reading.median_candidate);
  write_measurement(out, prefix + "base.median", reading.median_base);
}

}  // namespace

void write_gate_measurements(std::ostream& out, const Decision& decision, const std::string& prefix) {
  write_measurement(out, prefix + "verdict", to_string(decision.verdict));
  write_measurement(out, prefix + "reason", decision.reason);
  write_measurement(out, prefix + "bound", decision.bound.value);
  if (decision.log_ratio().count > 0) write_ratio(out, prefix, decision.bound, decision.log_ratio());
  write_screen(out, prefix, decision.screen);
  if (!decision.confirm) return;
  write_count(out, prefix + "processes", decision.confirm->test.trials);
  write_count(out, prefix + "processes.beyond", decision.confirm->exceeding);
  write_count(out, prefix + "processes.critical", decision.confirm->test.critical);
}

}  // namespace attngate
