#include "attngate/sweep/interrupt_watch.h"

#include <atomic>
#include <cstdint>
#include <ctime>

namespace attngate {
namespace {

// Who stops a job may signal the process and then its group, within microseconds: `timeout` does. A second Ctrl-C of a
// person comes later than this.
constexpr std::int64_t same_stop_ms = 300;

// A signal handler can reach nothing else.
std::atomic<bool> signal_came{false};
std::atomic<std::int64_t> first_came_ms{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

void note_signal(int signal) {
  if (!signal_came.exchange(true)) {
    first_came_ms = now_ms();
    return;
  }
  if (now_ms() - first_came_ms < same_stop_ms) return;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

InterruptWatch::InterruptWatch() {
  signal_came = false;
  struct sigaction noted {};
  noted.sa_handler = note_signal;
  // None comes in the middle of another.
  ::sigaddset(&noted.sa_mask, SIGINT);
  ::sigaddset(&noted.sa_mask, SIGTERM);
  ::sigaction(SIGINT, &noted, &earlier_int_);
  ::sigaction(SIGTERM, &noted, &earlier_term_);
}

InterruptWatch::~InterruptWatch() {
  ::sigaction(SIGINT, &earlier_int_, nullptr);
  ::sigaction(SIGTERM, &earlier_term_, nullptr);
}

bool InterruptWatch::interrupted() const { return signal_came; }

}  // namespace attngate
