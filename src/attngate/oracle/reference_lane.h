#pragma once

#include <future>
#include <memory>

#include "attngate/oracle/formula.h"

namespace attngate {

/// What a case's paths are held against.
struct References {
  FormulaResult reference;  ///< fp64
  FormulaResult plain;      ///< in the case's dtype
};

/// Computes references beside the paths: on CUDA in a thread and on a stream of its own, since a case is bound by the
/// host (on an H200 reference and plain formula take a fifth of its time); on the CPU at once, in the caller's thread.
class ReferenceLane {
 public:
  explicit ReferenceLane(at::Device device);
  ~ReferenceLane();

  /// References under way. Its end waits for them, so that inputs that outlive it are safe.
  class Pending {
   public:
    explicit Pending(ReferenceLane& lane, std::future<References> future) : lane_(&lane), future_(std::move(future)) {}
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;
    ~Pending();
    /// The references, ready for the current stream; rethrows what computing them threw. Once only.
    References get();

   private:
    ReferenceLane* lane_;
    std::future<References> future_;
  };

  /// Starts computing; the inputs must be queued on the current stream and outlive the result.
  Pending start(const CaseInputs& inputs, bool with_weights);

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;  ///< null on the CPU
};

}  // namespace attngate
