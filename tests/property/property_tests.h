#pragma once

#include <map>
#include <memory>
#include <string>

#include "attngate/run/environment.h"
#include "attngate/suite/property_run.h"

namespace attngate {

/// What every property test of this process shares: the budget, the places, and what must become the exit code.
struct PropertyTestSettings {
  Environment environment;
  PathRegistry registry;
  /// The tests of a device share its workers, and with them the device's start.
  std::map<at::DeviceType, std::unique_ptr<WorkerPool>> workers = {};
  std::vector<AttentionCase> corpus;
  std::uint64_t cases = 1000;
  double seconds = 60;
  std::string results_folder;
  /// Prints CTest's measurement tags.
  bool ctest_measurements = false;
  /// A test could not run for want of usable settings (an unwritable folder): the process ends with exit code 2.
  std::string usage_error;
};

/// Registers property.<name>.<dtype>.<device> with GoogleTest for every property, dtype and device that exists.
void register_property_tests(const std::shared_ptr<PropertyTestSettings>& settings);

}  // namespace attngate
