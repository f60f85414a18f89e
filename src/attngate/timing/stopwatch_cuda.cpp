#include "attngate/timing/stopwatch_marks.h"
#include "attngate/values/cuda_check.cuh"
#include "attngate/values/device_stream.h"

namespace attngate {
namespace {

/// A CUDA event that belongs to one owner.
class Event {
 public:
  Event() { check_cuda(cudaEventCreate(&event_), "creating an event"); }
  ~Event() { cudaEventDestroy(event_); }  // nothing sensible to do when a lost device refuses
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  cudaEvent_t get() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

}  // namespace

struct Stopwatch::CudaMarks : Marks {
  explicit CudaMarks(c10::Device where) : device(where) {}

  c10::Device device;
  Event begin, end;

  void start() override { record(begin); }
  void stop() override { record(end); }
  double elapsed_us() const override {
    float milliseconds = 0;
    check_cuda(cudaEventElapsedTime(&milliseconds, begin.get(), end.get()), "reading an event");
    return 1e3 * static_cast<double>(milliseconds);
  }
  void record(const Event& event) {
    check_cuda(cudaEventRecord(event.get(), static_cast<cudaStream_t>(current_stream(device))), "recording an event");
  }
};

std::unique_ptr<Stopwatch::Marks> Stopwatch::make_cuda_marks(c10::Device device) {
  return std::make_unique<CudaMarks>(device);
}

}  // namespace attngate
