#include "attngate/oracle/reference_lane.h"

#include <c10/core/InferenceMode.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "attngate/values/side_stream.h"

namespace attngate {
namespace {

References compute(const CaseInputs& inputs, bool with_weights) {
  const c10::InferenceMode no_autograd;
  return {reference_fp64(inputs, with_weights), plain_formula(inputs, with_weights)};
}

}  // namespace

/// One thread that computes one set of references at a time on its own stream.
class ReferenceLane::Worker {
 public:
  explicit Worker(at::Device device) : stream_(device), thread_([this] { work(); }) {}

  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  std::future<References> submit(const CaseInputs& inputs, bool with_weights) {
    stream_.wait_for_current();
    std::packaged_task<References()> task([this, &inputs, with_weights] {
      References references;
      stream_.run([&] { references = compute(inputs, with_weights); });
      return references;
    });
    std::future<References> future = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      task_ = std::move(task);
    }
    wake_.notify_one();
    return future;
  }

  void join_current_stream() { stream_.join_current(); }

 private:
  void work() {
    for (;;) {
      std::packaged_task<References()> task;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stop_ || task_.has_value(); });
        if (!task_) return;
        task = std::move(*task_);
        task_.reset();
      }
      task();
    }
  }

  SideStream stream_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<std::packaged_task<References()>> task_;
  bool stop_ = false;
  std::thread thread_;  ///< last, so that it starts when the rest is there
};

ReferenceLane::Pending::~Pending() {
  if (future_.valid()) future_.wait();
}

References ReferenceLane::Pending::get() {
  References references = future_.get();
  if (lane_->worker_) lane_->worker_->join_current_stream();
  return references;
}

ReferenceLane::ReferenceLane(at::Device device)
    : worker_(device.is_cuda() ? std::make_unique<Worker>(device) : nullptr) {}
ReferenceLane::~ReferenceLane() = default;

ReferenceLane::Pending ReferenceLane::start(const CaseInputs& inputs, bool with_weights) {
  if (worker_) return Pending(*this, worker_->submit(inputs, with_weights));
  std::promise<References> done;
  try {
    done.set_value(compute(inputs, with_weights));
  } catch (...) {
    done.set_exception(std::current_exception());
  }
  return Pending(*this, done.get_future());
}

}  // namespace attngate
