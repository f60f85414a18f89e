#pragma once

#include <string>
#include <vector>

#include "attngate/faults/fault.h"
#include "attngate/kill_rate/judgement.h"
#include "attngate/suite/property_run.h"

namespace attngate::faults {

/// Runs the properties on planted faults and on healthy paths, one at a time, in workers that all judgements share.
class FaultJudge {
 public:
  /// `in_process`: checks in this process and not in workers, as PropertyRun::in_process.
  FaultJudge(const std::vector<Fault>& faults, at::Device device, std::vector<const Property*> properties,
             Budget budget, bool in_process = false);

  /// Runs the properties in their order on random cases with this fault alone, until the first failure: 30 cases of
  /// each, then the corpus, small cases first, then all cases from the start.
  ///
  /// A failure counts when the base without the fault holds on the same case, first and shrunk. Throws
  /// std::runtime_error when a property could not run at all, and RunStopped when this process is asked to stop.
  Judgement judge_fault(const Fault& fault, DType dtype);

  /// One judgement of all healthy paths together, on the same cases: killed is what none of them may be.
  Judgement judge_healthy_paths(DType dtype);

 private:
  class Trial;

  PathRegistry registry_;
  at::Device device_;
  std::vector<const Property*> properties_;
  Budget budget_;
  bool in_process_;
  WorkerPool workers_;
};

}  // namespace attngate::faults
