#include "unit/run/child_process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace attngate::test {

ChildProcess::ChildProcess(const std::function<int()>& body) {
  const std::string errors = folder_ / "stderr";
  child_ = ::fork();
  if (child_ < 0) throw std::runtime_error("cannot fork");
  if (child_ > 0) return;
  ::dup2(::open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), STDERR_FILENO);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);  // these children die on purpose
  ::_exit(body());                     // not exit(): GoogleTest's state is the parent's
}

ChildProcess::~ChildProcess() {
  if (child_ < 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

void ChildProcess::send(int signal) const { ::kill(child_, signal); }

void ChildProcess::send_to_group(int signal) const {
  if (child_ > 1) ::kill(-child_, signal);  // -1 would be everybody
}

ChildEnd ChildProcess::wait() {
  int status = 0;
  ::waitpid(child_, &status, 0);
  child_ = -1;
  ChildEnd end;
  if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  end.errors = file_text(folder_ / "stderr");
  return end;
}

bool wait_for_text(const std::string& path, const std::string& text) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    if (file_text(path).find(text) != std::string::npos) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace attngate::test
