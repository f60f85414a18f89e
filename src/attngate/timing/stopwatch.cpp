#include "attngate/timing/stopwatch.h"

#include <chrono>

#include "attngate/timing/stopwatch_marks.h"

namespace attngate {

struct Stopwatch::HostMarks : Marks {
  std::chrono::steady_clock::time_point begin, end;

  void start() override { begin = std::chrono::steady_clock::now(); }
  void stop() override { end = std::chrono::steady_clock::now(); }
  double elapsed_us() const override { return std::chrono::duration<double, std::micro>(end - begin).count(); }
};

Stopwatch::Stopwatch(c10::Device device) {
  if (device.is_cuda()) {
    marks_ = make_cuda_marks(device);
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
