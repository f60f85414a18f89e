#pragma once

#include <c10/core/Device.h>

#include <functional>
#include <memory>

namespace attngate {

/// A second stream of a CUDA device, for work that runs beside the current stream's; on the CPU work simply runs.
class SideStream {
 public:
  explicit SideStream(c10::Device device);
  ~SideStream();

  /// Lets later work start only when everything queued on the current stream so far is done.
  void wait_for_current();
  /// Runs the work with this stream as the calling thread's current one. Tensors that it makes belong to this stream:
  /// they may be freed once a stream that has joined it was synchronised.
  void run(const std::function<void()>& work);
  /// Lets what is queued on the current stream from now on start only when the work is done.
  void join_current();

 private:
  struct Streams;
  std::unique_ptr<Streams> streams_;  ///< null on the CPU
};

}  // namespace attngate
