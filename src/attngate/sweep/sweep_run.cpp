#include "attngate/sweep/sweep_run.h"

#include <optional>

#include "attngate/isolation/worker_error.h"
#include "attngate/run/stop_request.h"

namespace attngate {
namespace {

/// What came of the point; nullopt where a stop was asked for meanwhile: the row is not to blame for its end.
std::optional<SweepAnswer> measured(const SweepPoint& point, SweepSource& source, const SweepListener& listener) {
  try {
    SweepAnswer answer = source.measure(point.request);
    if (answer.worker_died && listener.interrupted()) return std::nullopt;
    return answer;
  } catch (const RunStopped&) {
    return std::nullopt;
  } catch (const WorkerError&) {
    if (listener.interrupted()) return std::nullopt;
    throw;
  }
}

}  // namespace

bool run_sweep(const SweepPlan& plan, SweepSource& source, std::vector<CsvRow>& rows, const SweepListener& listener) {
  for (std::size_t index = rows.size(); index < plan.points.size(); ++index) {
    if (listener.interrupted()) return false;
    listener.begins(index);
    const SweepPoint point = plan.points[index];
    const std::optional<SweepAnswer> answer = measured(point, source, listener);
    if (!answer) return false;
    rows.push_back(row_of(plan, point, *answer));
    listener.ended(rows.back(), *answer);
  }
  return true;
}

}  // namespace attngate
