#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "attngate/case/dtype.h"

namespace attngate::faults {

/// What another check said of one fault.
struct RivalVerdict {
  std::string fault;
  bool killed = false;
  /// Tests up to the kill; all of them for a survivor.
  std::uint64_t tests = 0;
};

/// What another check made of every fault in one dtype, and of the healthy paths.
struct RivalColumn {
  std::string name;
  DType dtype = DType::fp32;
  std::uint64_t tests = 0;
  double seconds = 0;
  std::vector<RivalVerdict> faults;
  /// Healthy paths times tests, and how many of those it refused.
  std::uint64_t healthy_tests = 0;
  std::uint64_t false_alarms = 0;

  std::uint64_t killed() const {
    std::uint64_t count = 0;
    for (const RivalVerdict& verdict : faults) count += verdict.killed ? 1 : 0;
    return count;
  }
};

}  // namespace attngate::faults
