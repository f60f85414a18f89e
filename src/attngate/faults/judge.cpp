#include "attngate/faults/judge.h"

#include <algorithm>
#include <iterator>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "attngate/base/elapsed.h"
#include "attngate/run/stop_request.h"
#include "attngate/workers/worker.h"

namespace attngate::faults {
namespace {

/// 30: the smaller ones of the hundred sizes that the generator goes through, which cost little.
constexpr std::uint64_t cases_of_first_look = 30;

PathRegistry registry_of(const std::vector<Fault>& faults) {
  PathRegistry registry;
  for (const Base base : all_bases) registry.add(healthy_path(base));
  for (const Fault& fault : faults) registry.add(path_of(fault));
  return registry;
}

/// In the order of their padded tokens: a fault that a small one kills need not wait for the large ones.
std::vector<AttentionCase> small_ones_first(std::vector<AttentionCase> corpus) {
  std::ranges::stable_sort(corpus, {},
                           [](const AttentionCase& known) { return known.batch_size() * known.padded_length(); });
  return corpus;
}

void note_kill(Judgement& judgement, const Property& property, const Failure& failure) {
  const CheckedCase& smallest = failure.smallest();
  judgement.killed = true;
  judgement.flaky = failure.flaky();
  judgement.property = property.name;
  judgement.status = failure.blame ? to_string(failure.blame->status) : "no verdict";
  judgement.first_line = failure.first.line;
  judgement.line = smallest.line;
  judgement.reason = failure.reason();
  judgement.sequences = smallest.value.batch_size();
  judgement.tokens = smallest.value.total_tokens();
  judgement.shrink_attempts = failure.shrink_attempts;
  judgement.shrink_seconds = failure.shrink_seconds;
}

}  // namespace

/// One fault, or the healthy paths together, before the properties.
class FaultJudge::Trial {
 public:
  /// `healthy_base`: the path that a failure is checked with; empty for healthy paths themselves.
  Trial(FaultJudge& judge, const std::string& name, std::vector<std::string> paths, DType dtype, double seconds,
        std::string healthy_base = {})
      : judge_(judge), healthy_base_(std::move(healthy_base)), seconds_(seconds) {
    judgement_.name = name;
    judgement_.dtype = dtype;
    run_.dtype = dtype;
    run_.device = judge.device_;
    run_.registry = &judge.registry_;
    run_.only = std::move(paths);
    run_.seed = judge.budget_.seed;
    run_.case_timeout_seconds = judge.budget_.case_timeout_seconds;
    run_.stop_at_first_failure = true;
    run_.in_process = judge.in_process_;
  }

  Judgement operator()() {
    // A look at each property first: what one of them finds at once need not wait for another one's last case.
    const std::uint64_t all_cases = judge_.budget_.cases_per_property;
    try_each_property(std::min(cases_of_first_look, all_cases), {});
    try_each_property(0, judge_.budget_.corpus);
    if (all_cases > cases_of_first_look) try_each_property(all_cases, {});
    judgement_.seconds = seconds_so_far();
    return std::move(judgement_);
  }

 private:
  double seconds_so_far() const {
    return clock_.seconds() - (judge_.workers_.stood_still_seconds() - stood_still_before_);
  }

  void try_each_property(std::uint64_t random_cases, const std::vector<AttentionCase>& corpus) {
    run_.max_cases = random_cases;
    run_.corpus.clear();
    std::ranges::copy_if(corpus, std::back_inserter(run_.corpus),
                         [&](const AttentionCase& known) { return known.dtype == run_.dtype; });
    if (random_cases == 0 && run_.corpus.empty()) return;
    for (const Property* property : judge_.properties_) {
      run_.max_seconds = seconds_ - seconds_so_far();
      if (judgement_.killed || run_.max_seconds <= 0) return;
      if (!property->exists(run_.dtype, run_.device.type())) continue;
      run_.property = property;
      const RunReport report = run_quietly(run_);
      judgement_.cases += report.cases();
      if (report.cases() > 0) judgement_.cases_by_property[property->name] += report.cases();
      if (!report.failures.empty()) convict(*property, report.failures.front());
    }
  }

  void convict(const Property& property, const Failure& failure) {
    for (const CheckedCase* evidence : {&failure.first, &failure.smallest()}) {
      if (healthy_base_.empty() || healthy_base_holds(evidence->value)) continue;
      if (judgement_.false_alarm.empty()) judgement_.false_alarm = property.name + ", " + evidence->line;
      return;
    }
    note_kill(judgement_, property, failure);
  }

  bool healthy_base_holds(const AttentionCase& evidence) {
    PropertyRun again = run_;
    again.only = {healthy_base_};
    again.replay = evidence;
    return run_quietly(again).status() == RunStatus::holds;
  }

  /// The only place where a property is run on planted faults; its own report is not for people.
  RunReport run_quietly(const PropertyRun& run) {
    std::ostream nowhere(nullptr);
    RunReport report = run_property(run, judge_.workers_, nowhere).report;
    throw_if_stopped();  // what a stopped run says of a fault is no judgement
    if (report.status() != RunStatus::error) return report;
    throw std::runtime_error(judgement_.name + ", property " + run.property->name + ": " + report.reason());
  }

  FaultJudge& judge_;
  std::string healthy_base_;
  double seconds_;
  const Elapsed clock_;
  const double stood_still_before_ = judge_.workers_.stood_still_seconds();
  PropertyRun run_;
  Judgement judgement_;
};

FaultJudge::FaultJudge(const std::vector<Fault>& faults, at::Device device, std::vector<const Property*> properties,
                       Budget budget, bool in_process)
    : registry_(registry_of(faults)),
      device_(device),
      properties_(std::move(properties)),
      budget_(std::move(budget)),
      in_process_(in_process),
      workers_(make_worker_pool(registry_, device)) {
  budget_.corpus = small_ones_first(std::move(budget_.corpus));
}

Judgement FaultJudge::judge_fault(const Fault& fault, DType dtype) {
  Judgement judgement =
      Trial(*this, fault.name, {path_of(fault).name}, dtype, budget_.seconds, healthy_path(fault.base).name)();
  judgement.unseen = reason_unseen(fault, dtype);
  return judgement;
}

Judgement FaultJudge::judge_healthy_paths(DType dtype) {
  std::vector<std::string> names;
  for (const Base base : all_bases) names.push_back(healthy_path(base).name);
  return Trial(*this, "healthy paths", std::move(names), dtype, budget_.seconds_of_healthy_paths)();
}

}  // namespace attngate::faults
