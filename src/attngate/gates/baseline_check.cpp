#include "attngate/gates/baseline_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <ostream>
#include <utility>

#include "attngate/base/text_table.h"
#include "attngate/case/text.h"
#include "attngate/gates/calibration.h"

namespace attngate {
namespace {

/// As many as compare_with_baseline() takes.
constexpr int fresh_processes = 2;
/// A gate fails only if each of two such comparisons does: with M stored numbers four fresh ones are then worse than
/// all, by chance 1 / C(M + 4, 4): 1 in 10,626 for M = 20, so that a run of 40 gates alarms falsely in 0.4 % at most. A
/// single comparison, 1 in 231, would in 16 %.
constexpr int comparisons = 2;

/// Files of baselines have no empty texts.
std::string text_or_none(const std::string& text) { return text.empty() ? "none" : text; }

/// A gate that the baseline knows, and what fresh processes measure of it.
struct Known {
  const Gate* gate;
  const BaselineEntry* entry;
  BaselineResult* result;
  std::vector<double> values;
  std::string problem;
};

void conclude(Known& known) {
  if (!known.problem.empty()) {
    known.result->status = GateStatus::inconclusive;
    known.result->line = known.problem;
    return;
  }
  const BaselineComparison comparison = compare_with_baseline(*known.entry, known.values[0], known.values[1]);
  known.result->status = comparison.fails ? GateStatus::fail : GateStatus::pass;
  known.result->line = comparison.text;
}

/// Each of the processes measures all of the gates, so that its start is paid once.
void compare(GateRunner& runner, SampleSource& source, std::vector<Known>& gates,
             const std::function<void(const std::string&)>& progress) {
  source.expect_fresh_processes(fresh_processes);
  for (int process = 0; process < fresh_processes; ++process) {
    bool fresh = true;
    for (Known& known : gates) {
      if (progress) progress("against the baseline: " + known.gate->name);
      std::string problem;
      const std::optional<MeasuredRatio> measured = runner.measure(*known.gate, std::exchange(fresh, false), problem);
      if (measured) known.values.push_back(shown_ratio({known.entry->kind, 1}, std::log(measured->ratio)));
      if (known.problem.empty()) known.problem = problem;
    }
  }
  for (Known& known : gates) conclude(known);
}

}  // namespace

DeviceKey baseline_key(DeviceKey device) {
  device.compute_capability = gpu_kind(device).compute_capability;
  device.driver = text_or_none(device.driver);
  device.cuda = text_or_none(device.cuda);
  return device;
}

std::string device_note(const Baseline& baseline, const DeviceKey& device) {
  const std::string& stored = baseline.key.uuid;
  const bool known = !stored.empty() && !device.uuid.empty();
  if (!known || stored == device.uuid || baseline.key.name != device.name) return "";
  return fmt::format(
      "the baseline is of another {} ({}; this one is {}): such may differ by more than processes of one do\n",
      device.name, stored, device.uuid);
}

std::vector<BaselineResult> check_against_baseline(SampleSource& source, const DeviceKey& device,
                                                   const std::vector<GateBound>& bounds, const std::vector<Gate>& gates,
                                                   const Baseline& baseline, const GateOptions& options,
                                                   const std::function<void(const std::string&)>& progress) {
  std::vector<BaselineResult> results(gates.size());
  std::vector<Known> all;
  for (std::size_t i = 0; i < gates.size(); ++i) {
    results[i].gate = gates[i].name;
    const BaselineChoice choice =
        find_entry(baseline, baseline_key(device), gates[i].name, to_line(gates[i].attention_case));
    results[i].line = choice.skip_reason;
    if (choice.entry != nullptr) all.push_back({&gates[i], choice.entry, &results[i], {}, ""});
  }
  GateOptions as_stored = options;
  if (baseline.pairs_per_process > 0) as_stored.policy.pairs_per_process = baseline.pairs_per_process;
  GateRunner runner(source, bounds, gpu_kind(device), as_stored);
  for (int comparison = 0; comparison < comparisons && !all.empty(); ++comparison) {
    compare(runner, source, all, progress);
    std::erase_if(all, [](const Known& known) { return known.result->status != GateStatus::fail; });
    for (Known& known : all) known.values.clear();
  }
  return results;
}

RunVerdict verdict_of(const std::vector<BaselineResult>& results) {
  std::vector<GateVerdict> verdicts;
  for (const BaselineResult& result : results) {
    if (result.status == GateStatus::skipped) continue;
    verdicts.push_back(result.status == GateStatus::pass   ? GateVerdict::pass
                       : result.status == GateStatus::fail ? GateVerdict::fail
                                                           : GateVerdict::inconclusive);
  }
  return judge_run(verdicts);
}

void print_baseline_check(std::ostream& out, const std::vector<BaselineResult>& results) {
  TextTable table({{"gate"}, {"status"}, {"against the baseline"}});
  for (const BaselineResult& result : results) table.add_row({result.gate, to_string(result.status), result.line});
  out << table.text() << '\n' << verdict_of(results).text << '\n';
}

}  // namespace attngate
