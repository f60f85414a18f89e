#include "attngate/faults/judge.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <ostream>
#include <stdexcept>
#include <utility>

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

/// One path, or several on the same cases, before the properties.
class Trial {
 public:
  Trial(const PathRegistry& registry, std::vector<std::string> only, const std::string& name, DType dtype,
        at::Device device, const Budget& budget)
      : budget_(budget) {
    judgement_.name = name;
    judgement_.dtype = dtype;
    run_.dtype = dtype;
    run_.device = device;
    run_.registry = &registry;
    run_.only = std::move(only);
    run_.seed = budget.seed;
  }

  Judgement operator()(const std::vector<const Property*>& properties) {
    run_.max_cases = budget_.cases_per_property;
    try_each(properties);
    std::ranges::copy_if(budget_.corpus, std::back_inserter(run_.corpus),
                         [&](const AttentionCase& known) { return known.dtype == run_.dtype; });
    run_.max_cases = 0;
    if (!run_.corpus.empty()) try_each(properties);
    judgement_.seconds = clock_.seconds();
    return std::move(judgement_);
  }

 private:
  void try_each(const std::vector<const Property*>& properties) {
    for (const Property* property : properties) {
      run_.max_seconds = budget_.seconds - clock_.seconds();
      if (judgement_.killed || run_.max_seconds <= 0) return;
      if (!property->exists(run_.dtype, run_.device.type())) continue;
      run_.property = property;
      const RunReport report = run_quietly(run_);
      if (report.status() == RunStatus::error) {
        throw std::runtime_error(judgement_.name + ", property " + property->name + ": " + report.reason());
      }
      judgement_.cases += report.cases();
      if (report.failure) note_kill(judgement_, *property, *report.failure);
    }
  }

  const Budget& budget_;
  const Clock clock_;
  PropertyRun run_;
  Judgement judgement_;
};

}  // namespace

Judgement judge(const PathRegistry& registry, const std::string& path, DType dtype, at::Device device,
                const std::vector<const Property*>& properties, const Budget& budget) {
  return Trial(registry, {path}, path, dtype, device, budget)(properties);
}

Judgement judge_fault(const Fault& fault, DType dtype, at::Device device,
                      const std::vector<const Property*>& properties, const Budget& budget) {
  PathRegistry registry;
  const AttentionPath path = path_of(fault);
  registry.add(path);
  Judgement judgement = Trial(registry, {path.name}, fault.name, dtype, device, budget)(properties);
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
  return Trial(registry, names, "healthy paths", dtype, device, budget)(properties);
}

}  // namespace attngate::faults
