#pragma once

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "attngate/isolation/worker_process.h"

namespace attngate::test {

inline void loop_forever() {
  for (;;) ::usleep(1000);
}

/// Takes memory and uses it until somebody stops it.
inline void take_memory_forever() {
  for (std::vector<std::string> all;;) all.emplace_back(std::size_t{16} << 20, 'x');
}

/// Takes 64 MiB, as loading a library does, and never ends.
inline void load_and_loop_forever() {
  const std::string loaded(std::size_t{64} << 20, 'x');
  loop_forever();
}

/// Answers a request by doing what it says, inside "path of <request>".
inline std::string obey(std::string_view request, const OnPath& on_path) {
  on_path("path of " + std::string(request));
  if (request == "segfault") ::raise(SIGSEGV);
  if (request == "abort") std::abort();
  if (request == "kill") ::kill(::getpid(), SIGKILL);
  if (request == "exit 3") ::_exit(3);
  if (request == "loop") loop_forever();
  if (request == "load and loop") load_and_loop_forever();
  if (request == "slow") ::usleep(200'000);
  if (request == "work for a second") {
    for (int step = 0; step < 100; ++step) ::usleep(10'000);
  }
  if (request == "eat") take_memory_forever();
  if (request == "outside") {
    on_path("");
    std::abort();
  }
  if (request == "who") return std::to_string(::getpid());
  if (request == "environment")
    return std::getenv("ATTNGATE_TEST_WORKER") ? std::getenv("ATTNGATE_TEST_WORKER") : "none";
  return "done: " + std::string(request);
}

inline WorkerBody obedient() {
  return {[] {}, obey};
}

}  // namespace attngate::test
