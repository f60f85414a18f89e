#include "attngate/run/last_words.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <stdexcept>

#include "attngate/base/exit_code.h"
#include "attngate/base/running_time.h"
#include "attngate/run/stop_request.h"

namespace attngate {
namespace {

// Room for a line and its replay command; a line of 1,000 sequences has about 5,000 bytes.
constexpr std::size_t words_capacity = 64 * 1024;
// The handler needs a few hundred bytes; LibTorch's libraries and sanitizers may add frames of their own.
constexpr std::size_t alternate_stack_bytes = 64 * 1024;

// The one place with global state: a signal handler is given the signal's number and nothing else.
struct Words {
  std::atomic<bool> taken{false};      ///< a LastWords is alive
  std::atomic<bool> dying{false};      ///< one thread is already speaking
  std::atomic<pid_t> owner{0};         ///< the process that made it; a worker's exit is its supervisor's to tell
  std::atomic<std::size_t> length{0};  ///< bytes of text; 0 between cases
  char text[words_capacity];
};
Words words;

struct NamedSignal {
  int number;
  const char* name;
};
constexpr NamedSignal announced[] = {{SIGSEGV, "SIGSEGV"}, {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},
                                     {SIGFPE, "SIGFPE"},   {SIGILL, "SIGILL"},   {SIGTERM, "SIGTERM"},
                                     {SIGINT, "SIGINT"},   {SIGHUP, "SIGHUP"}};

// From here to speak: async-signal-safe calls only.
void say(const char* text, std::size_t length) {
  while (length > 0) {
    const ssize_t written = ::write(STDERR_FILENO, text, length);
    if (written <= 0) return;  // nobody listens; dying is more important
    text += written;
    length -= static_cast<std::size_t>(written);
  }
}

void say(const char* text) { say(text, std::strlen(text)); }

void say_case() {
  const std::size_t length = words.length.load(std::memory_order_acquire);
  if (length == 0) {
    say(" between cases\n");
  } else {
    say(" in case: ");
    say(words.text, length);
  }
}

void speak(int signal) {
  const bool goes_on = note_stop(signal);
  // A second thread that crashes meanwhile waits, so as not to end the process in the middle of the words.
  while (!goes_on && words.dying.exchange(true)) ::pause();
  say(goes_on ? "\nattngate: stopped by " : "\nattngate: died by ");
  for (const NamedSignal& known : announced) {
    if (known.number == signal) say(known.name);
  }
  say_case();
  if (goes_on) return;
  std::signal(signal, SIG_DFL);
  ::raise(signal);  // blocked inside the handler: takes effect when this returns
}

/// What runs when something within a run calls exit() or quick_exit(): a path, in this process. Whatever code it gave,
/// the run did not come to its end.
void speak_at_exit() {
  if (!words.taken || words.owner != ::getpid() || words.dying.exchange(true)) return;
  std::cout.flush();
  std::fflush(nullptr);
  say("\nattngate: ended by exit()");
  say_case();
  ::_exit(exit_code::failed);
}

/// Once a process: what was registered cannot be taken back.
void register_exits() {
  [[maybe_unused]] static const bool registered = [] {
    std::atexit(speak_at_exit);
    std::at_quick_exit(speak_at_exit);
    return true;
  }();
}

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

LastWords::LastWords(RunIdentity run, double case_timeout_seconds)
    : run_(std::move(run)), timeout_seconds_(case_timeout_seconds), alternate_stack_(alternate_stack_bytes) {
  if (words.taken.exchange(true))
    throw std::logic_error("LastWords: one at a time, signal handlers belong to the whole process");
  words.owner = ::getpid();
  register_exits();
  hang_words_ = fmt::format("\nattngate: hang: no end after {:g} s", timeout_seconds_);
  install_handlers();
  if (timeout_seconds_ > 0) watchdog_ = std::thread([this] { watch(); });
}

LastWords::~LastWords() {
  LastWords::case_ends();
  if (watchdog_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    watchdog_.join();
  }
  for (const Earlier& earlier : earlier_) ::sigaction(earlier.signal, &earlier.action, nullptr);
  ::sigaltstack(&earlier_stack_, nullptr);
  words.taken = false;
}

void LastWords::install_handlers() {
  stack_t stack{};
  stack.ss_sp = alternate_stack_.data();
  stack.ss_size = alternate_stack_.size();
  ::sigaltstack(&stack, &earlier_stack_);  // a stack overflow leaves no other room to speak from

  struct sigaction action {};
  action.sa_handler = speak;
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  sigfillset(&action.sa_mask);  // the words are not interrupted
  for (const NamedSignal& known : announced) {
    Earlier earlier{known.number, {}};
    ::sigaction(known.number, nullptr, &earlier.action);
    if (earlier.action.sa_handler == SIG_IGN) continue;  // nohup and background jobs asked not to die of this
    ::sigaction(known.number, &action, nullptr);
    earlier_.push_back(earlier);
  }
}

void LastWords::case_begins(const std::string& line) {
  std::string text = fmt::format("{}\nattngate: replay with: {}\n", line, replay_command(run_, line));
  if (text.size() > words_capacity) {
    constexpr std::string_view cut = "... (too long to print; the journal has the whole line)\n";
    text.replace(words_capacity - cut.size(), std::string::npos, cut);
  }
  const std::lock_guard lock(mutex_);
  words.length.store(0, std::memory_order_release);
  std::memcpy(words.text, text.data(), text.size());
  words.length.store(text.size(), std::memory_order_release);
  started_ = now_seconds();
}

void LastWords::case_ends() {
  const std::lock_guard lock(mutex_);
  words.length.store(0, std::memory_order_release);
  started_ = -1;
}

void LastWords::watch() {
  // Looks often enough to be at most a tenth late, and at most twice a second for the usual minute.
  const double tick = std::clamp(timeout_seconds_ / 10, 0.005, 0.5);
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const double asleep = now_seconds();
    wake_.wait_for(lock, std::chrono::duration<double>(tick));
    if (stop_ || started_ < 0) continue;
    // While this process stood still (Ctrl-Z), so did the case.
    started_ += RunningTime().add(now_seconds() - std::max(asleep, started_), tick);
    if (now_seconds() - started_ <= timeout_seconds_) continue;
    say(hang_words_.data(), hang_words_.size());
    say_case();
    // Not exit(): destructors would wait for the case that does not end. The lock is held: it cannot end now either.
    ::_exit(exit_code::failed);
  }
}

}  // namespace attngate
