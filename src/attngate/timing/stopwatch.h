#pragma once

#include <c10/core/Device.h>

#include <memory>

namespace attngate {

/// Time between two points of a device's work, host launches included: CUDA events, or the host clock on the CPU.
///
/// Reusable; never waits by itself, so that work goes on being queued.
class Stopwatch {
 public:
  /// Throws CudaError when the events cannot be made.
  explicit Stopwatch(c10::Device device);
  ~Stopwatch();
  Stopwatch(Stopwatch&&) noexcept;
  Stopwatch& operator=(Stopwatch&&) noexcept;

  /// Marks the beginning on the current stream.
  void start();
  /// Marks the end on the current stream.
  void stop();
  /// Time from start to stop in us; the device must have reached stop (synchronize first). Throws CudaError.
  double elapsed_us() const;

 private:
  struct Marks;
  struct HostMarks;
  struct CudaMarks;
  static std::unique_ptr<Marks> make_cuda_marks(c10::Device device);

  std::unique_ptr<Marks> marks_;
};

}  // namespace attngate
