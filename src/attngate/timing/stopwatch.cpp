#include "attngate/timing/stopwatch.h"

#include <chrono>

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

/// The two points in time, on the host or on a device.
struct Stopwatch::Marks {
  virtual ~Marks() = default;
  virtual void start() = 0;
  virtual void stop() = 0;
  virtual double elapsed_us() const = 0;
};

struct Stopwatch::HostMarks : Marks {
  std::chrono::steady_clock::time_point begin, end;

  void start() override { begin = std::chrono::steady_clock::now(); }
  void stop() override { end = std::chrono::steady_clock::now(); }
  double elapsed_us() const override { return std::chrono::duration<double, std::micro>(end - begin).count(); }
};

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
    check_cuda(cudaEventRecord(event.get(), static_cast<cudaStream_t>(current_stream(device))),
               "recording an event");
  }
};

Stopwatch::Stopwatch(c10::Device device) {
  if (device.is_cuda()) {
    marks_ = std::make_unique<CudaMarks>(device);
  } else {
    marks_ = std::make_unique<HostMarks>();
  }
}

Stopwatch::~Stopwatch() = default;
Stopwatch::Stopwatch(Stopwatch&&) noexcept = default;
Stopwatch& Stopwatch::operator=(Stopwatch&&) noexcept = default;

void Stopwatch::start() { marks_->start(); }
void Stopwatch::stop() { marks_->stop(); }
double Stopwatch::elapsed_us() const { return marks_->elapsed_us(); }

}  // namespace attngate
