#include "attngate/isolation/worker_main.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "attngate/base/exit_code.h"
#include "attngate/base/printable.h"
#include "attngate/isolation/frame.h"

namespace attngate {
namespace {

// The supervisor speaks for its workers: the handlers that it had when it forked would name a case of that moment.
void settle_signals() {
  for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGXFSZ, SIGPIPE}) std::signal(signal, SIG_DFL);
  // Terminals and schedulers send these to the whole group. What follows is the supervisor's business: a worker that
  // died first would look like a path that crashed. It goes with its supervisor.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) std::signal(signal, SIG_IGN);
}

/// The supervisor forks with all of them blocked.
void unblock_signals() {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void die_with(pid_t supervisor) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != supervisor) ::_exit(0);  // it died before the line above
}

void leave_no_core() {
  // Shrinking a crash ends dozens of workers; who wants one core asks for a run in one process.
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

/// Why the worker cannot work; empty when it can.
std::string problem_at_start(const WorkerBody& body) {
  try {
    if (body.start) body.start();
    return "";
  } catch (const std::exception& error) {
    const std::string text = first_line(error.what());
    return text.empty() ? "an exception without a text" : text;
  }
}

void serve(const WorkerBody& body, const WorkerStart& start, WorkerNote& note, int socket) {
  const OnPath on_path = [&note](const std::string& path) { note.set_path(path); };
  const std::string problem = problem_at_start(body);
  if (problem.empty() && !start.warm_up.empty()) body.answer(start.warm_up, on_path);
  bool heard = write_frame(socket, problem);

  for (std::string request; heard && problem.empty() && read_frame(socket, request) == FrameEnd::whole;) {
    note.begin_request();
    heard = write_frame(socket, body.answer(request, on_path));
  }
}

}  // namespace

void worker_main(const WorkerBody& body, const WorkerStart& start, WorkerNote& note, int socket, pid_t supervisor) {
  die_with(supervisor);
  settle_signals();
  unblock_signals();
  leave_no_core();
  for (const auto& [name, value] : start.environment) ::setenv(name.c_str(), value.c_str(), /*overwrite=*/1);
  try {
    serve(body, start, note, socket);
  } catch (const std::exception& error) {
    // Its way out leads through the supervisor's own functions, whose copy would go on as if it were the supervisor.
    std::cerr << "attngate: a worker: " << first_line(error.what()) << std::endl;
    ::_exit(exit_code::failed);
  } catch (...) {
    std::cerr << "attngate: a worker: an exception of a type that is no std::exception" << std::endl;
    ::_exit(exit_code::failed);
  }
  // Not exit(): what the supervisor registered to run at its own end is not the worker's to run.
  ::_exit(0);
}

}  // namespace attngate
