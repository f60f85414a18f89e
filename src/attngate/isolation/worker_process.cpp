#include "attngate/isolation/worker_process.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <system_error>
#include <thread>

#include "attngate/base/elapsed.h"
#include "attngate/isolation/frame.h"
#include "attngate/isolation/worker_error.h"
#include "attngate/isolation/worker_main.h"
#include "attngate/run/stop_request.h"

namespace attngate {
namespace {

// How often a waiting supervisor looks at the worker's memory, and whether it is asked to stop. Fresh pages come at up
// to 5 GB/s: 100 MB too late at most.
constexpr double look_seconds = 0.02;

// A worker sends an answer in one go: one that stops in the middle for so long has lost its way.
constexpr timeval mid_message_patience{5, 0};

// A process that has closed its sockets is on its way out; giving back the memory of a GPU takes it a second or two.
constexpr double burial_seconds = 10;

// A worker that takes memory without end may be slow at it: one whose time is up is no mere hang when it took this part
// of what is allowed in the second half of its time. The allowance is many times what a case needs, so that a sixteenth
// of it is still more; loading CUDA's kernels takes 0.3 GiB, and is over by then.
constexpr std::uint64_t part_of_an_eater = 16;

std::uint64_t above(std::uint64_t before, std::uint64_t now) { return now > before ? now - before : 0; }

double gibibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 30); }

/// Waits a short step, no longer than `seconds`: true when the worker has said something, or is gone. Throws
/// RunStopped.
bool word_comes(int socket, double seconds, RunningTime& waited) {
  throw_if_stopped();
  pollfd descriptor{socket, POLLIN, 0};
  const double step = std::clamp(seconds, 0.0, look_seconds);
  // Rounded up: a wait of 0 ms would spin.
  const bool came = ::poll(&descriptor, 1, static_cast<int>(step * 1000) + 1) > 0;
  waited.step_ends(step);
  return came;
}

std::string end_text(int status) {
  if (WIFEXITED(status)) return fmt::format("exited with code {}", WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  const char* name = ::sigabbrev_np(signal);
  return name ? fmt::format("died by SIG{}", name) : fmt::format("died by signal {}", signal);
}

}  // namespace

WorkerProcess::WorkerProcess(const WorkerBody& body, const WorkerStart& start) : warmed_up_(!start.warm_up.empty()) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::system_error(errno, std::generic_category(), "a socket to a worker");
  }
  // What is still in a buffer would be written twice, by a worker that calls exit().
  std::cout.flush();
  std::fflush(nullptr);
  const pid_t supervisor = ::getpid();
  // Until the worker has settled its signals it has the supervisor's handlers, which are not meant for it.
  sigset_t all, before;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  child_ = ::fork();
  if (child_ == 0) {
    ::close(ends[0]);
    worker_main(body, start, note_, ends[1], supervisor);
  }
  const int error = errno;
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  ::close(ends[1]);
  socket_ = ends[0];
  if (child_ < 0) {
    ::close(socket_);
    throw std::system_error(error, std::generic_category(), "a worker process cannot be forked");
  }
  memory_.emplace(child_);
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &mid_message_patience, sizeof mid_message_patience);
}

WorkerProcess::~WorkerProcess() {
  kill_and_wait();
  ::close(socket_);
}

void WorkerProcess::kill_and_wait() {
  if (child_ < 0) return;
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
}

bool WorkerProcess::wait_until_ready(double seconds) {
  if (ready_) return true;
  RunningTime waited;
  while (!word_comes(socket_, seconds - waited.seconds(), waited)) {
    if (waited.seconds() >= seconds) return false;
  }
  std::string problem;
  if (read_frame(socket_, problem) != FrameEnd::whole) throw WorkerError("it " + bury().detail);
  if (!problem.empty()) throw WorkerError(problem);
  ready_ = true;
  return true;
}

WorkerReply WorkerProcess::ask(std::string_view request, const RequestLimits& limits) {
  const Elapsed clock;
  const bool was_warm = warm();
  throw_if_stopped();
  ++sent_;
  RunningTime waited;
  WorkerReply reply = write_frame(socket_, request) ? await_answer(limits, waited) : bury();
  reply.from_warm_worker = was_warm;
  reply.stood_still = waited.stood_still();
  reply.seconds = clock.seconds() - reply.stood_still;
  return reply;
}

WorkerReply WorkerProcess::await_answer(const RequestLimits& limits, RunningTime& waited) {
  const std::uint64_t bytes_before = memory_->private_bytes();
  std::uint64_t bytes_at_half_time = bytes_before;
  while (!word_comes(socket_, limits.seconds - waited.seconds(), waited)) {
    const std::uint64_t bytes_now = memory_->private_bytes();
    const std::uint64_t grown = above(bytes_before, bytes_now);
    const bool late = waited.seconds() >= limits.seconds;
    if (waited.seconds() < limits.seconds / 2) bytes_at_half_time = bytes_now;
    const bool still_eats = above(bytes_at_half_time, bytes_now) > limits.host_bytes / part_of_an_eater;
    if (grown > limits.host_bytes || (late && still_eats)) {
      return kill(WorkerReply::Kind::out_of_memory,
                  fmt::format("took {:.1f} GiB of host memory in {:.1f} s and did not stop; {:.1f} GiB are allowed",
                              gibibytes(grown), waited.seconds(), gibibytes(limits.host_bytes)));
    }
    if (late) return kill(WorkerReply::Kind::hung, fmt::format("no end after {:.3g} s", limits.seconds));
  }
  WorkerReply reply;
  switch (read_frame(socket_, reply.answer)) {
    case FrameEnd::whole:
      ++answered_;
      reply.path = note_.path();
      return reply;
    case FrameEnd::closed:
      return bury();
    case FrameEnd::torn:
      break;
  }
  return kill(WorkerReply::Kind::died, "sent an answer that makes no sense");
}

WorkerReply WorkerProcess::kill(WorkerReply::Kind kind, std::string detail) {
  WorkerReply reply;
  reply.kind = kind;
  reply.path = note_.path();
  reply.detail = std::move(detail);
  kill_and_wait();
  return reply;
}

WorkerReply WorkerProcess::bury() {
  int status = 0;
  RunningTime waited;
  pid_t ended = 0;
  while (ended == 0 && waited.seconds() < burial_seconds) {
    ended = ::waitpid(child_, &status, WNOHANG);
    if (ended == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    waited.step_ends(1e-3);
  }
  const bool begun = note_.requests_begun() >= sent_;
  const WorkerReply::Kind kind = begun ? WorkerReply::Kind::died : WorkerReply::Kind::never_begun;
  if (ended != child_) return kill(kind, "stopped answering");
  child_ = -1;
  return kill(kind, end_text(status));
}

}  // namespace attngate
