#pragma once

#include <string>
#include <vector>

#include "attngate/case/cost.h"
#include "attngate/isolation/messages.h"
#include "attngate/isolation/worker_pool.h"
#include "attngate/run/case_checker.h"

namespace attngate {

/// Checks cases in the workers of a pool, whose body answers CaseRequest by Verdict; whatever becomes of a worker is a
/// verdict on the path that ran in it. A case that other processes have crowded out waits for them, two minutes at
/// most.
class WorkerChecker : public CaseChecker {
 public:
  /// `request` says what to check; its line and quarantine are filled in. `case_seconds`: how long a case within the
  /// limit may run; one that costs more, of the corpus or replayed, has as many times more.
  WorkerChecker(WorkerPool& pool, CaseRequest request, double case_seconds, const CostLimit& limit);

  Verdict check(const AttentionCase& value, const std::string& line) override;
  void quarantine(const std::string& path) override;
  void begin_search(const Verdict& failed) override;
  void end_search() override;
  bool isolates() const override { return true; }
  double stood_still_seconds() const override { return pool_.stood_still_seconds(); }

 private:
  Verdict check_once(const AttentionCase& value);
  double warm_seconds(double case_seconds) const;
  Verdict verdict_of(const WorkerReply& reply);

  WorkerPool& pool_;
  CaseRequest request_;
  double case_seconds_;
  CostLimit limit_;
  std::uint64_t available_bytes_;
  bool searching_ = false;
  double slowest_that_held_ = 0;  ///< in s, of a worker that was warm
};

/// Memory of its own by which a worker may grow over one case, in bytes: far more than any path needs, so that one
/// which allocates without end is stopped before the machine suffers.
std::uint64_t host_bytes_allowed(const AttentionCase& value, std::uint64_t available_bytes);

}  // namespace attngate
