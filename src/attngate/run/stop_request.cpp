#include "attngate/run/stop_request.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <iterator>
#include <string>

#include "attngate/base/exit_code.h"

namespace attngate {
namespace {

// Who stops a job may signal the process and then its group, within microseconds: `timeout` does. A second Ctrl-C of a
// person comes later than this.
constexpr std::int64_t same_stop_ms = 300;

// A signal handler can reach nothing else.
std::atomic<bool> watched{false};
std::atomic<int> noted{0};
std::atomic<std::int64_t> noted_at_ms{0};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

void note_or_die(int signal) {
  if (!note_stop(signal)) end_by(signal);
}

}  // namespace

RunStopped::RunStopped(int signal)
    : std::runtime_error(std::string("stopped by SIG") + ::sigabbrev_np(signal)), signal_(signal) {}

StopRequest::StopRequest() {
  watched = true;
  struct sigaction action {};
  action.sa_handler = note_or_die;
  action.sa_flags = SA_RESTART;  // else what is being printed would be cut off
  for (const int signal : stop_signals) {
    Earlier earlier{signal, {}};
    ::sigaction(signal, nullptr, &earlier.action);
    if (earlier.action.sa_handler == SIG_IGN) continue;
    ::sigaction(signal, &action, nullptr);
    earlier_.push_back(earlier);
  }
}

StopRequest::~StopRequest() {
  watched = false;
  for (const Earlier& earlier : earlier_) ::sigaction(earlier.signal, &earlier.action, nullptr);
  noted = 0;
}

bool note_stop(int signal) {
  const bool is_one = std::find(std::begin(stop_signals), std::end(stop_signals), signal) != std::end(stop_signals);
  if (!is_one || !watched) return false;
  const std::int64_t now = now_ms();
  if (noted == 0) noted_at_ms = now;  // first: another signal may come in between
  int none = 0;
  return noted.compare_exchange_strong(none, signal) || now - noted_at_ms < same_stop_ms;
}

int noted_stop() { return noted; }

void throw_if_stopped() {
  if (noted != 0) throw RunStopped(noted);
}

void end_by(int signal) {
  std::signal(signal, SIG_DFL);
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, signal);
  ::sigprocmask(SIG_UNBLOCK, &mask, nullptr);  // blocked where its own handler calls this
  ::raise(signal);
  ::_exit(exit_code::failed);  // never reached
}

}  // namespace attngate
