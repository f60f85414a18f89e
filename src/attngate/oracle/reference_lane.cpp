#include "attngate/oracle/reference_lane.h"

#include <c10/core/InferenceMode.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "attngate/values/side_stream.h"

namespace attngate {
namespace {

Truth compute(const CaseInputs& inputs) {
  const c10::InferenceMode no_autograd;
  return truth_of(inputs);
}

}  // namespace

/// One thread that computes one truth at a time on its own stream.
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

  std::future<Truth> submit(const CaseInputs& inputs) {
    stream_.wait_for_current();
    std::packaged_task<Truth()> task([this, &inputs] {
      Truth truth;
      stream_.run([&] { truth = compute(inputs); });
      return truth;
    });
    std::future<Truth> future = task.get_future();
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
      std::packaged_task<Truth()> task;
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
  std::optional<std::packaged_task<Truth()>> task_;
  bool stop_ = false;
  std::thread thread_;  ///< last, so that it starts when the rest is there
};

ReferenceLane::Pending::~Pending() {
  if (future_.valid()) future_.wait();
}

Truth ReferenceLane::Pending::get() {
  Truth truth = future_.get();
  if (lane_->worker_) lane_->worker_->join_current_stream();
  return truth;
}

ReferenceLane::ReferenceLane(at::Device device)
    : worker_(device.is_cuda() ? std::make_unique<Worker>(device) : nullptr) {}
ReferenceLane::~ReferenceLane() = default;

ReferenceLane::Pending ReferenceLane::start(const CaseInputs& inputs) {
  if (worker_) return Pending(*this, worker_->submit(inputs));
  std::promise<Truth> done;
  try {
    done.set_value(compute(inputs));
  } catch (...) {
    done.set_exception(std::current_exception());
  }
  return Pending(*this, done.get_future());
}

Truth ReferenceLane::beside(const CaseInputs& inputs, const std::function<void()>& run) {
  Pending pending = start(inputs);
  run();
  return pending.get();
}

}  // namespace attngate
