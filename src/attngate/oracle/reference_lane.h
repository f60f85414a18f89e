#pragma once

#include <functional>
#include <future>
#include <memory>

#include "attngate/oracle/formula.h"

namespace attngate {

/// Computes the truth beside the paths: on CUDA in a thread and on a stream of its own, since a case is bound by the
/// host (on an H200 reference and plain formula take a fifth of its time); on the CPU at once, in the caller's thread.
class ReferenceLane {
 public:
  explicit ReferenceLane(at::Device device);
  ~ReferenceLane();

  /// A truth under way. Its end waits for them, so that inputs that outlive it are safe.
  class Pending {
   public:
    explicit Pending(ReferenceLane& lane, std::future<Truth> future) : lane_(&lane), future_(std::move(future)) {}
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;
    ~Pending();
    /// The truth, ready for the current stream; rethrows what computing it threw. Once only.
    Truth get();

   private:
    ReferenceLane* lane_;
    std::future<Truth> future_;
  };

  /// Starts computing; the inputs must be queued on the current stream and outlive the result.
  Pending start(const CaseInputs& inputs);

  /// The truth of these inputs, computed beside `run`, which runs paths.
  Truth beside(const CaseInputs& inputs, const std::function<void()>& run);

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;  ///< null on the CPU
};

}  // namespace attngate
