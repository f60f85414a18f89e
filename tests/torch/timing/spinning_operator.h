#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "attngate/timing/spin.h"
#include "attngate/timing/timed_operator.h"
#include "device_under_test.h"

namespace attngate {

/// An operator that takes a known time on the device under test.
///
/// On the CPU another process may take any time from it, so there each call notes by itself how long it was at it.
class SpinningOperator {
 public:
  explicit SpinningOperator(double us) : us_(us) {}

  TimedOperator timed() const {
    return {"spin", [us = us_, noted = noted_] {
              const auto begin = std::chrono::steady_clock::now();
              spin(device_under_test(), us);
              const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
              noted->push_back(took.count());
            }};
  }

  /// Calls so far.
  std::size_t calls() const { return noted_->size(); }

  /// True mean time in us of `calls` calls, the last of which was followed by `later` others.
  double true_us(std::size_t calls, std::size_t later = 0) const {
    if (device_under_test().is_cuda()) return us_;
    double sum = 0;
    for (std::size_t call = 1; call <= calls; ++call) sum += noted_->at(noted_->size() - later - call);
    return sum / static_cast<double>(calls);
  }

 private:
  double us_;
  std::shared_ptr<std::vector<double>> noted_ = std::make_shared<std::vector<double>>();
};

}  // namespace attngate
