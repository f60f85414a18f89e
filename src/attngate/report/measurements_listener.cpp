#include "attngate/report/measurements_listener.h"

#include <utility>

#include "attngate/report/measurements.h"

namespace attngate {

MeasurementsListener::MeasurementsListener(std::ostream& out, RunContext context, bool alone)
    : out_(out), context_(std::move(context)), alone_(alone) {}

void MeasurementsListener::run_ends(RunReport& report) {
  const Results results = {context_, report};
  (alone_ ? write_measurements : write_member_measurements)(out_, results);
}

}  // namespace attngate
