#include "attngate/gates/gate_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "attngate/base/median.h"
#include "attngate/base/text_table.h"
#include "attngate/decision/decision_text.h"
#include "attngate/gates/gate_measurements.h"
#include "attngate/report/measurements.h"

namespace attngate {
namespace {

constexpr double tera = 1e12;

std::string without_prefix(const std::string& name) { return name.starts_with("gate.") ? name.substr(5) : name; }

std::string interval_text(const Decision& decision) {
  const MedianEstimate& estimate = decision.log_ratio();
  if (estimate.count < 2) return "";
  const double one = shown_ratio(decision.bound, estimate.lower), other = shown_ratio(decision.bound, estimate.upper);
  return fmt::format("{:.3f} to {:.3f}", std::min(one, other), std::max(one, other));
}

std::string bound_text(const Bound& bound) {
  return fmt::format("{} {:g}", bound.kind == BoundKind::upper_ratio ? "<=" : ">=", bound.value);
}

std::string pairs_text(const Decision& decision) {
  std::string text = fmt::format("{}", decision.screen.reading.pairs);
  if (decision.confirm) text += fmt::format(" + {} processes", decision.confirm->readings.size());
  return text;
}

std::string us_text(double us) { return us > 0 ? fmt::format("{:.1f}", us) : ""; }

std::vector<std::string> row_of(const GateResult& result) {
  std::vector<std::string> cells(9);
  cells[0] = without_prefix(result.gate.name);
  cells[8] = to_string(result.status);
  if (!result.decision) return cells;
  const Decision& decision = *result.decision;
  if (decision.log_ratio().count > 0) {
    cells[1] = fmt::format("{:.3f}", shown_ratio(decision.bound, decision.log_ratio().median));
    cells[4] =
        within_noise(decision) ? "within noise" : headroom_text(headroom(decision.bound, decision.log_ratio().median));
  }
  cells[2] = interval_text(decision);
  cells[3] = bound_text(decision.bound);
  cells[5] = pairs_text(decision);
  if (result.gate.kind != GateKind::memory && result.answers.front().has_samples()) {
    cells[6] = us_text(median_of(candidate_times(result.answers.front().samples)));
    if (result.gate.kind != GateKind::roofline)
      cells[7] = us_text(median_of(base_times(result.answers.front().samples)));
  }
  return cells;
}

GateVerdict duty_of(const GateResult& result) {
  return result.status == GateStatus::pass   ? GateVerdict::pass
         : result.status == GateStatus::fail ? GateVerdict::fail
                                             : GateVerdict::inconclusive;
}

}  // namespace

void print_gate_table(std::ostream& out, const std::vector<GateResult>& results) {
  TextTable table({{"gate"},
                   {"ratio", Align::right},
                   {"95 % interval", Align::right},
                   {"bound", Align::right},
                   {"headroom", Align::right},
                   {"pairs", Align::right},
                   {"candidate us", Align::right},
                   {"base us", Align::right},
                   {"status"}});
  for (const GateResult& result : results) {
    table.add_row(row_of(result));
    if (result.status != GateStatus::pass) table.add_note(result.line);
  }
  out << table.text();
}

RunVerdict verdict_of(const std::vector<GateResult>& results) {
  std::vector<GateVerdict> verdicts;
  for (const GateResult& result : results) {
    if (result.status != GateStatus::skipped) verdicts.push_back(duty_of(result));
  }
  return judge_run(verdicts);
}

void write_measurements_of(std::ostream& out, const GateResult& result) {
  const std::string name = measurement_name(without_prefix(result.gate.name));
  write_measurement(out, name + ".status", to_string(result.status));
  write_measurement(out, name + ".line", result.line);
  if (!result.decision) return;
  write_gate_measurements(out, *result.decision, name + ".");
  if (result.flops_per_second > 0) write_measurement(out, name + ".tflops", result.flops_per_second / tera);
  if (result.peak_flops_per_second > 0)
    write_measurement(out, name + ".share_of_peak", result.flops_per_second / result.peak_flops_per_second);
  std::vector<double> clocks;
  for (const SamplePair& pair : result.answers.front().samples.pairs) {
    if (pair.candidate.sm_mhz) clocks.push_back(*pair.candidate.sm_mhz);
  }
  if (!clocks.empty()) write_measurement(out, name + ".sm_mhz", median_of(clocks));
}

}  // namespace attngate
