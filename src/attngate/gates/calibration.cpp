#include "attngate/gates/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>
#include <set>

#include "attngate/base/text_table.h"
#include "attngate/case/text.h"
#include "attngate/decision/clock_term.h"
#include "attngate/decision/order_statistics.h"
#include "attngate/gates/baseline_check.h"
#include "attngate/report/results.h"
#include "attngate/run/for_all.h"

namespace attngate {
namespace {

/// Largest of a gate's values over the processes, as a multiple of the smallest, for which a bound is proposed. Chosen:
/// a bound is the worst of them, and one that forgives more than a tenth finds less than what others alarm at, 5 to 20
/// % (docs/gates.md). Host-bound operators on an H100 went from 1.1 to 1.8, others stayed below 1.03.
constexpr double most_range = 1.1;

/// What the processes said of a bound.
struct Series {
  std::vector<double> log_ratios;
  /// 0 where it was not known.
  std::vector<double> mhz;
};

/// Worse for the bound: what a gate's worst process is, and the worst of gates that share it.
bool is_worse(const GateBound& entry, double log_ratio, double than) {
  return excess({entry.kind, 1}, log_ratio) > excess({entry.kind, 1}, than);
}

/// A process's value as the bound states it, at the term's reference clock.
std::vector<double> shown_at_one_clock(const GateBound& entry, const Series& series, const ClockTerm& term) {
  std::vector<double> shown;
  for (std::size_t process = 0; process < series.mhz.size(); ++process) {
    shown.push_back(
        shown_ratio({entry.kind, 1}, series.log_ratios[process] - log_clock_effect(term, series.mhz[process])));
  }
  return shown;
}

/// Measures gates process by process; keeps what each process said.
class Calibrator {
 public:
  Calibrator(SampleSource& source, const DeviceKey& device, const std::vector<GateBound>& bounds,
             const CalibrationOptions& options)
      : bounds_(bounds), options_(options), device_(device), runner_(source, bounds, gpu_kind(device), options.gates) {}

  void measure_in_one_process(const std::vector<Gate>& gates) {
    bool fresh = true;
    std::map<std::string, std::pair<double, double>> worst;
    for (const Gate& gate : gates) {
      const auto entry = std::ranges::find(bounds_, gate.bound_name(), &GateBound::gate);
      if (gate.kind == GateKind::self || entry == bounds_.end()) continue;
      std::string problem;
      const std::optional<MeasuredRatio> measured = runner_.measure(gate, fresh, problem);
      fresh = false;
      if (measured) {
        const double log_ratio = std::log(measured->ratio);
        const auto [place, is_first] = worst.try_emplace(entry->gate, log_ratio, measured->sm_mhz);
        if (!is_first && is_worse(*entry, log_ratio, place->second.first))
          place->second = {log_ratio, measured->sm_mhz};
        if (gate.name == gate.bound_name()) {
          keep(gate, *entry, log_ratio, measured->sm_mhz);
        } else {
          of_random_cases_.insert(gate.bound_name());
        }
      } else {
        problems_[gate.name + ": " + problem] += 1;
      }
    }
    for (const auto& [bound, said] : worst) {
      worst_by_bound_[bound].log_ratios.push_back(said.first);
      worst_by_bound_[bound].mhz.push_back(said.second);
    }
  }

  Calibration result() const {
    Calibration calibration;
    calibration.baseline = {baseline_key(device_), options_.gates.policy.pairs_per_process, utc_now(), entries_};
    for (const auto& [problem, times] : problems_)
      calibration.problems.push_back(fmt::format("{} (in {} processes)", problem, times));
    for (BaselineEntry& entry : calibration.baseline.entries) {
      if (std::ranges::any_of(entry.sm_mhz, [](double mhz) { return mhz <= 0; })) entry.sm_mhz.clear();
    }
    for (const auto& [bound, series] : worst_by_bound_) propose(calibration, bound, series);
    return calibration;
  }

 private:
  /// On the bound's scale, where the kind tells which side is worse.
  void keep(const Gate& gate, const GateBound& entry, double log_ratio, double mhz) {
    auto place = std::ranges::find(entries_, gate.name, &BaselineEntry::gate);
    if (place == entries_.end()) {
      entries_.push_back({gate.name, to_line(gate.attention_case), entry.quantity, "ratio", entry.kind, {}});
      place = entries_.end() - 1;
    }
    place->values.push_back(shown_ratio({entry.kind, 1}, log_ratio));
    place->sm_mhz.push_back(mhz);
  }

  void propose(Calibration& calibration, const std::string& name, const Series& series) const {
    const auto entry = std::ranges::find(bounds_, name, &GateBound::gate);
    // Random cases are other operators in each process, which go with the clock in other ways.
    const ClockTerm clock =
        of_random_cases_.contains(name) ? ClockTerm{} : rounded(fit_clock_term(series.log_ratios, series.mhz));
    const std::vector<double> ratios = shown_at_one_clock(*entry, series, clock);
    if (ratios.size() < least_calibration_processes) {
      calibration.problems.push_back(fmt::format("{}: {} processes are too few to propose a bound, which takes {}",
                                                 name, ratios.size(), least_calibration_processes));
      return;
    }
    const auto [smallest, largest] = std::ranges::minmax(ratios);
    if (largest > most_range * smallest && !of_random_cases_.contains(name)) {
      calibration.problems.push_back(fmt::format(
          "{}: no bound: fresh processes differ by {:.0f} %, and {:.0f} % are the most: a host-bound operator, mostly",
          name, 100 * (largest / smallest - 1), 100 * (most_range - 1)));
      return;
    }
    const bool one_value = entry->kind == BoundKind::floor || entry->quantity == "peak_bytes";
    const Proposal proposal =
        propose_bound(entry->kind, one_value ? single_value_policy() : options_.gates.policy, ratios);
    const std::string at = clock.exponent == 0 ? "" : fmt::format(" at {:g} MHz", clock.reference_mhz);
    // Medians of fewer pairs scatter more, so that a bound of many pairs is tighter than one of few.
    const std::string pairs =
        one_value ? "" : fmt::format("; medians of at most {} pairs", options_.gates.policy.pairs_per_process);
    const std::string where = fmt::format("{}{}: {}{}", to_string(device_), at, proposal.text, pairs);
    calibration.proposals.push_back(
        {name, {gpu_kind(device_).compute_capability, proposal.bound.value, where, device_.name, clock}, proposal});
  }

  /// As the file of bounds shows it: a hundredth of an exponent is 0.04 % of a ratio where clocks differ by 4 %.
  static ClockTerm rounded(const ClockTerm& term) {
    const double exponent = std::round(100 * term.exponent) / 100;
    return exponent == 0 ? ClockTerm{} : ClockTerm{exponent, std::round(term.reference_mhz)};
  }

  const std::vector<GateBound>& bounds_;
  const CalibrationOptions& options_;
  const DeviceKey& device_;
  GateRunner runner_;
  std::vector<BaselineEntry> entries_;
  /// By bound: the worst in each process.
  std::map<std::string, Series> worst_by_bound_;
  /// Bounds whose cases are other ones in each process: their values are meant to differ.
  std::set<std::string> of_random_cases_;
  std::map<std::string, int> problems_;
};

}  // namespace

GpuKind gpu_kind(const DeviceKey& device) {
  return {device.compute_capability.empty() ? "cpu" : device.compute_capability, device.name};
}

Calibration calibrate_gates(SampleSource& source, const DeviceKey& device, const std::vector<GateBound>& bounds,
                            const std::function<std::vector<Gate>(std::uint64_t process)>& gates_of,
                            const CalibrationOptions& options, const std::function<void(const std::string&)>& progress,
                            const std::function<void(const Calibration&)>& after_process) {
  Calibrator calibrator(source, device, bounds, options);
  for (std::uint64_t process = 0; process < options.processes; ++process) {
    if (progress) progress(fmt::format("process {} of {}", process + 1, options.processes));
    calibrator.measure_in_one_process(gates_of(process));
    if (after_process) after_process(calibrator.result());
  }
  return calibrator.result();
}

namespace {

/// Empty where the clock is not known or makes no difference.
std::string spread_at_one_clock(const BaselineEntry& entry) {
  if (entry.sm_mhz.empty()) return "";
  std::vector<double> logs;
  for (const double value : entry.values) logs.push_back(std::log(value));
  const ClockTerm term = fit_clock_term(logs, entry.sm_mhz);
  if (term.exponent == 0) return "";
  for (std::size_t process = 0; process < logs.size(); ++process)
    logs[process] -= log_clock_effect(term, entry.sm_mhz[process]);
  return fmt::format("{:.2f} %", 100 * robust_spread(logs));
}

}  // namespace

std::vector<GateBound> with_proposals(std::vector<GateBound> bounds, const Calibration& calibration,
                                      StandingBounds standing) {
  for (const ProposedBound& proposed : calibration.proposals) {
    const BoundChoice choice =
        choose_bound(bounds, proposed.gate, {proposed.value.compute_capability, proposed.value.device});
    const std::optional<Bound>& stands = choice.bound;
    if (stands && standing == StandingBounds::kept) continue;
    if (stands && standing == StandingBounds::replaced_where_tighter) {
      // Which of two is looser depends on the clock where they go with it differently.
      if (choice.clock != proposed.value.clock) continue;
      // What violates the one that stands by so much violates the other by more.
      if (excess({stands->kind, proposed.value.value}, 0) >= excess(*stands, 0)) continue;
    }
    set_value(bounds, proposed.gate, proposed.value);
  }
  return bounds;
}

void print_calibration(std::ostream& out, const Calibration& calibration) {
  TextTable table({{"gate"},
                   {"processes", Align::right},
                   {"least", Align::right},
                   {"median", Align::right},
                   {"largest", Align::right},
                   {"spread", Align::right},
                   {"farthest", Align::right},
                   {"at one clock", Align::right}});
  for (const BaselineEntry& entry : calibration.baseline.entries) {
    const auto [least, largest] = std::ranges::minmax(entry.values);
    const double middle = median(entry.values);
    const double farthest = std::max(largest / middle - 1, 1 - least / middle);
    table.add_row({entry.gate, fmt::format("{}", entry.values.size()), fmt::format("{:.4f}", least),
                   fmt::format("{:.4f}", middle), fmt::format("{:.4f}", largest),
                   fmt::format("{:.2f} %", 100 * robust_spread(entry.values) / middle),
                   fmt::format("{:.2f} %", 100 * farthest), spread_at_one_clock(entry)});
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
