#include "attngate/faults/judge.h"

#include <algorithm>
#include <chrono>
#include <ostream>
#include <stdexcept>

#include "attngate/suite/property_run.h"

namespace attngate::faults {
namespace {

class Clock {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The only place where a property is run on planted faults; its own report is not for people.
RunReport run_quietly(const PropertyRun& run) {
  std::ostream nowhere(nullptr);
  return run_property(run, nowhere).report;
}

std::string status_of(const Verdict& verdict) {
  const auto failed = std::ranges::find_if(verdict.paths, [](const PathOutcome& path) { return !path.holds(); });
  return failed == verdict.paths.end() ? "no verdict" : to_string(failed->status);
}

void note_kill(Judgement& judgement, const Property& property, const Failure& failure) {
  const CheckedCase& smallest = failure.smallest();
  judgement.killed = true;
  judgement.flaky = failure.flaky();
  judgement.property = property.name;
  judgement.status = status_of(smallest.verdict);
  judgement.first_line = failure.first.line;
  judgement.line = smallest.line;
  judgement.reason = smallest.verdict.reason;
  judgement.sequences = smallest.value.batch_size();
  judgement.tokens = smallest.value.total_tokens();
  judgement.shrink_attempts = failure.shrink_attempts;
  judgement.shrink_seconds = failure.shrink_seconds;
}

Judgement judge_paths(const PathRegistry& registry, const std::vector<std::string>& only, const std::string& name,
                      DType dtype, at::Device device, const std::vector<const Property*>& properties,
                      const Budget& budget) {
  const Clock clock;
  Judgement judgement;
  judgement.name = name;
  judgement.dtype = dtype;
  PropertyRun run;
  run.dtype = dtype;
  run.device = device;
  run.registry = &registry;
  run.only = only;
  run.seed = budget.seed;
  run.max_cases = budget.cases_per_property;
  for (const Property* property : properties) {
    if (judgement.killed || !property->exists(dtype, device.type())) continue;
    run.max_seconds = budget.seconds - clock.seconds();
    if (run.max_seconds <= 0) break;
    run.property = property;
    const RunReport report = run_quietly(run);
    judgement.cases += report.cases();
    if (report.status() == RunStatus::error) {
      throw std::runtime_error(name + ", property " + property->name + ": " + report.reason());
    }
    if (report.failure) note_kill(judgement, *property, *report.failure);
  }
  judgement.seconds = clock.seconds();
  return judgement;
}

}  // namespace

Judgement judge(const PathRegistry& registry, const std::string& path, DType dtype, at::Device device,
                const std::vector<const Property*>& properties, const Budget& budget) {
  return judge_paths(registry, {path}, path, dtype, device, properties, budget);
}

Judgement judge_fault(const Fault& fault, DType dtype, at::Device device,
                      const std::vector<const Property*>& properties, const Budget& budget) {
  PathRegistry registry;
  const AttentionPath path = path_of(fault);
  registry.add(path);
  Judgement judgement = judge_paths(registry, {path.name}, fault.name, dtype, device, properties, budget);
  judgement.unseen = reason_unseen(fault, dtype);
  return judgement;
}

Judgement judge_controls(DType dtype, at::Device device, const std::vector<const Property*>& properties,
                         const Budget& budget) {
  PathRegistry registry;
  std::vector<std::string> names;
  for (const AttentionPath& path : healthy_paths()) {
    names.push_back(path.name);
    registry.add(path);
  }
  return judge_paths(registry, names, "healthy paths", dtype, device, properties, budget);
}

}  // namespace attngate::faults
