#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "attngate/isolation/worker_process.h"

namespace attngate {

/// How a pool keeps its workers.
struct WorkerPoolOptions {
  /// Environment that workers get while the pool looks closer, see WorkerPool::look_closer().
  std::map<std::string, std::string> closer_environment = {};
  /// Workers kept ready beside the one that works while deaths are expected. 3: a death a second costs no waiting where
  /// a worker takes up to 3 s to start.
  std::size_t standbys = 3;
  /// How long a worker may take to be ready. 60 s: a hundred times what LibTorch and CUDA take on a quiet machine.
  double start_seconds = 60;
};

/// Workers that answer requests, one at a time; one that ends is replaced.
///
/// The first worker is forked by the first request and stays. While deaths are expected, others stand by, so that the
/// next request need not wait for a start.
class WorkerPool {
 public:
  explicit WorkerPool(WorkerBody body, WorkerPoolOptions options = {});

  /// Hands the request to a worker and says what came of it; never WorkerReply::Kind::never_begun.
  ///
  /// A worker that has answered nothing yet may take `limits.seconds`; a warm one `warm_seconds`, if that is less.
  /// Throws WorkerError when two workers in a row end before they are ready, or before they begin, and RunStopped when
  /// this process is asked to stop.
  WorkerReply ask(const std::string& request, const RequestLimits& limits, double warm_seconds);

  /// The worker of the last request takes no more: its memory or its device is suspect.
  void discard_worker();

  /// New workers answer this to themselves first: a request that went well, so that they are as quick as a used one.
  void warm_up_with(std::string request) { warm_up_ = std::move(request); }

  /// From now on requests may end their workers: replacements stand by, and all have the closer environment.
  void look_closer();
  /// Back to one worker in the usual environment.
  void look_as_usual();

  /// Time in s, over all requests, in which this process stood still (Ctrl-Z) while it waited for an answer.
  double stood_still_seconds() const { return stood_still_seconds_; }

  /// Ids of the processes there are; the first one is the worker of the last request.
  std::vector<pid_t> processes() const;

 private:
  WorkerProcess& ready_worker();
  std::unique_ptr<WorkerProcess> start_worker() const;
  std::unique_ptr<WorkerProcess> take_standby();
  void fill_standbys();

  WorkerBody body_;
  WorkerPoolOptions options_;
  std::string warm_up_;
  bool closer_ = false;
  double stood_still_seconds_ = 0;
  std::unique_ptr<WorkerProcess> worker_;
  std::vector<std::unique_ptr<WorkerProcess>> standbys_;
};

}  // namespace attngate
