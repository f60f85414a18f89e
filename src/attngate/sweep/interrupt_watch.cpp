#include "attngate/sweep/interrupt_watch.h"

#include <atomic>

namespace attngate {
namespace {

// A signal handler can reach nothing else.
std::atomic<bool> signal_came{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void note_signal(int) { signal_came = true; }

}  // namespace

InterruptWatch::InterruptWatch() {
  signal_came = false;
  struct sigaction noted {};
  noted.sa_handler = note_signal;
  noted.sa_flags = static_cast<int>(SA_RESETHAND);  // the second one has its usual effect
  ::sigaction(SIGINT, &noted, &earlier_int_);
  ::sigaction(SIGTERM, &noted, &earlier_term_);
}

InterruptWatch::~InterruptWatch() {
  ::sigaction(SIGINT, &earlier_int_, nullptr);
  ::sigaction(SIGTERM, &earlier_term_, nullptr);
}

bool InterruptWatch::interrupted() const { return signal_came; }

}  // namespace attngate
