#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "attngate/base/running_time.h"
#include "attngate/isolation/host_memory.h"
#include "attngate/isolation/worker_note.h"
#include "attngate/verdict/on_path.h"

namespace attngate {

/// What a worker does; both functions run in the worker only, so whatever they touch stays out of the supervisor.
struct WorkerBody {
  /// Readies the worker. An exception says why it cannot work.
  std::function<void()> start;
  /// Answers one request.
  std::function<std::string(std::string_view request, const OnPath& on_path)> answer;
};

/// How a worker is started.
struct WorkerStart {
  /// Environment variables that the worker sets before anything else.
  std::map<std::string, std::string> environment;
  /// A request that the worker answers to itself before it is ready; empty for none.
  std::string warm_up;
};

/// What one request may take.
struct RequestLimits {
  double seconds = 10;
  /// Memory of its own by which the worker may grow.
  std::uint64_t host_bytes = std::uint64_t{1} << 31;
};

/// What came of a request.
struct WorkerReply {
  enum class Kind {
    answered,       ///< `answer` is what the worker said
    died,           ///< it died of the request
    hung,           ///< it took longer than its limit, and was killed
    out_of_memory,  ///< it took more memory than its limit, and was killed
    never_begun     ///< it was dead already: the request is not to blame
  };
  Kind kind = Kind::answered;
  std::string answer;
  /// The path that ran when the worker ended, or the last one that it named; empty for none.
  std::string path;
  /// "died by SIGSEGV", "exited with code 3", "no end after 10 s", ...; empty when it answered.
  std::string detail;
  /// The worker was warm, see WorkerProcess::warm().
  bool from_warm_worker = false;
  /// Time in s from the request to its end.
  double seconds = 0;
  /// Time in s in which the supervisor stood still meanwhile (Ctrl-Z); in no limit, and not in `seconds`.
  double stood_still = 0;
};

/// One child process, forked without exec, that answers requests until it dies or is killed.
///
/// The child dies with its supervisor, ignores the signals by which a group of processes is asked to end (the
/// supervisor decides), and leaves no core files.
class WorkerProcess {
 public:
  /// Forks and returns at once; throws std::system_error when that fails. The process must have one thread.
  WorkerProcess(const WorkerBody& body, const WorkerStart& start);
  /// Kills the worker and waits for its end.
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  /// Waits until the worker is ready; false when it is not after so many seconds. Throws WorkerError when it never will
  /// be, and RunStopped when this process is asked to stop meanwhile (run/stop_request.h).
  bool wait_until_ready(double seconds);

  /// Hands a ready worker a request and waits for what comes of it. Throws RunStopped when this process is asked to
  /// stop meanwhile.
  WorkerReply ask(std::string_view request, const RequestLimits& limits);

  pid_t id() const { return child_; }
  /// How many requests it has answered.
  std::uint64_t answered() const { return answered_; }
  /// It was warmed up, or has answered a request: the next one takes no longer than usual.
  bool warm() const { return warmed_up_ || answered_ > 0; }

 private:
  WorkerReply await_answer(const RequestLimits& limits, RunningTime& waited);
  WorkerReply kill(WorkerReply::Kind kind, std::string detail);
  WorkerReply bury();
  void kill_and_wait();

  WorkerNote note_;
  pid_t child_ = -1;
  int socket_ = -1;
  std::optional<ProcessMemory> memory_;
  bool ready_ = false;
  bool warmed_up_;
  std::uint64_t sent_ = 0;
  std::uint64_t answered_ = 0;
};

}  // namespace attngate
