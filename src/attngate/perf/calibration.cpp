#include "attngate/perf/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>

#include "attngate/case/text.h"
#include "attngate/gates/order_statistics.h"
#include "attngate/report/results.h"
#include "attngate/runner/for_all.h"
#include "attngate/runner/text_table.h"

namespace attngate {
namespace {

const GateBound* entry_of(const std::vector<GateBound>& bounds, const Gate& gate) {
  const auto found = std::ranges::find(bounds, gate.bound_name(), &GateBound::gate);
  return found == bounds.end() ? nullptr : &*found;
}

/// Measures gates process by process; keeps what each process said.
class Calibrator {
 public:
  Calibrator(SampleSource& source, const DeviceKey& device, const std::vector<GateBound>& bounds, const CalibrationOptions& options)
      : bounds_(bounds), options_(options), device_(device), runner_(source, bounds, compute_capability_key(device), options.gates) {}

  void measure_in_one_process(const std::vector<Gate>& gates) {
    bool fresh = true;
    for (const Gate& gate : gates) {
      if (gate.kind == GateKind::self) continue;
      std::string problem;
      const std::optional<double> ratio = runner_.measure(gate, fresh, problem);
      fresh = false;
      if (ratio) {
        values_[gate.name].push_back(*ratio);
      } else {
        problems_[gate.name] = problem;
      }
    }
  }

  Calibration result(const std::vector<Gate>& gates) const {
    Calibration calibration;
    calibration.baseline.key = {device_.device, compute_capability_key(device_), device_.driver, device_.cuda_runtime, device_.libtorch};
    calibration.baseline.written = utc_now();
    for (const auto& [gate, problem] : problems_) calibration.problems.push_back(gate + ": " + problem);
    std::map<std::string, std::vector<double>> worst_by_bound;
    for (const Gate& gate : gates) {
      const auto values = values_.find(gate.name);
      const GateBound* entry = entry_of(bounds_, gate);
      if (values == values_.end()) continue;
      if (entry == nullptr) {
        calibration.problems.push_back(gate.name + ": the bounds have no entry " + gate.bound_name());
        continue;
      }
      calibration.baseline.entries.push_back(
          {gate.name, to_line(gate.attention_case), entry->quantity, "ratio", entry->kind, values->second});
      take_worst(worst_by_bound[gate.bound_name()], values->second, entry->kind);
    }
    for (const auto& [name, ratios] : worst_by_bound) propose(calibration, name, ratios);
    return calibration;
  }

 private:
  /// Process by process, on the scale of the bound.
  static void take_worst(std::vector<double>& worst, const std::vector<double>& ratios, BoundKind kind) {
    const Bound scale{kind, 1};
    for (std::size_t process = 0; process < ratios.size(); ++process) {
      const double shown = shown_ratio(scale, std::log(ratios[process]));
      if (process >= worst.size()) {
        worst.push_back(shown);
      } else {
        worst[process] = kind == BoundKind::upper_ratio ? std::max(worst[process], shown) : std::min(worst[process], shown);
      }
    }
  }

  void propose(Calibration& calibration, const std::string& name, const std::vector<double>& ratios) const {
    if (ratios.size() < least_calibration_processes) {
      calibration.problems.push_back(fmt::format("{}: {} processes are too few to propose a bound, which takes {}", name, ratios.size(),
                                                 least_calibration_processes));
      return;
    }
    const auto entry = std::ranges::find(bounds_, name, &GateBound::gate);
    const bool one_value = entry->kind == BoundKind::floor || entry->quantity == "peak_bytes";
    const Proposal proposal = propose_bound(entry->kind, one_value ? single_value_policy() : options_.gates.policy, ratios);
    const std::string where = fmt::format("{}: {}", to_string(device_), proposal.text);
    calibration.proposals.push_back({name, {compute_capability_key(device_), proposal.bound.value, where}, proposal});
  }

  const std::vector<GateBound>& bounds_;
  const CalibrationOptions& options_;
  const DeviceKey& device_;
  GateRunner runner_;
  std::map<std::string, std::vector<double>> values_;
  std::map<std::string, std::string> problems_;
};

}  // namespace

std::string compute_capability_key(const DeviceKey& device) { return device.compute_capability.empty() ? "cpu" : device.compute_capability; }

Calibration calibrate_gates(SampleSource& source, const DeviceKey& device, const std::vector<GateBound>& bounds,
                            const std::vector<Gate>& gates, const CalibrationOptions& options,
                            const std::function<void(const std::string&)>& progress) {
  Calibrator calibrator(source, device, bounds, options);
  for (std::uint64_t process = 0; process < options.processes; ++process) {
    if (progress) progress(fmt::format("process {} of {}", process + 1, options.processes));
    calibrator.measure_in_one_process(gates);
  }
  return calibrator.result(gates);
}

void print_calibration(std::ostream& out, const Calibration& calibration) {
  TextTable table({{"gate"}, {"processes", Align::right}, {"least", Align::right}, {"median", Align::right}, {"largest", Align::right},
                   {"spread", Align::right}});
  for (const BaselineEntry& entry : calibration.baseline.entries) {
    const auto [least, largest] = std::ranges::minmax(entry.values);
    const double middle = median(entry.values);
    table.add_row({entry.gate, fmt::format("{}", entry.values.size()), fmt::format("{:.4f}", least), fmt::format("{:.4f}", middle),
                   fmt::format("{:.4f}", largest), fmt::format("{:.2f} %", 100 * robust_spread(entry.values) / middle)});
  }
  out << table.text() << '\n';
  TextTable bounds({{"proposed bound"}, {"kind"}, {"value", Align::right}, {"false alarms", Align::right}});
  for (const ProposedBound& proposed : calibration.proposals) {
    bounds.add_row({proposed.gate, to_string(proposed.proposal.bound.kind), fmt::format("{:g}", proposed.value.value),
                    fmt::format("{:.2g}", proposed.proposal.policy_alarm)});
  }
  out << bounds.text();
  for (const std::string& problem : calibration.problems) out << problem << '\n';
}

}  // namespace attngate
