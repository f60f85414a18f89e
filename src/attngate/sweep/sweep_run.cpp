#include "attngate/sweep/sweep_run.h"

namespace attngate {

bool run_sweep(const SweepPlan& plan, SweepSource& source, std::vector<CsvRow>& rows, const SweepListener& listener) {
  for (std::size_t index = rows.size(); index < plan.points.size(); ++index) {
    if (listener.interrupted()) return false;
    listener.begins(index);
    const SweepPoint& point = plan.points[index];
    const SweepAnswer answer = source.measure(point.request);
    rows.push_back(row_of(plan, point, answer));
    listener.ended(rows.back(), answer);
  }
  return true;
}

}  // namespace attngate
