#include "attngate/base/writes.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

namespace attngate {

void let_bad_writes_fail() {
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
}

void occupy_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // A new file takes the lowest number that is free. Opened to be read, so that a write fails.
    if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", O_RDONLY);
  }
}

}  // namespace attngate
