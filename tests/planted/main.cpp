// The attngate command plus the planted paths that ATTNGATE_PLANTED names, comma separated; without it, plain attngate.
#include <cstdlib>
#include <iostream>

#include "attngate/base/exit_code.h"
#include "attngate/base/usage_error.h"
#include "attngate/cli/command.h"
#include "planted_paths.h"

namespace {

std::vector<attngate::AttentionPath> paths_asked_for() {
  const char* names = std::getenv("ATTNGATE_PLANTED");
  return attngate::planted::paths_named(names ? names : "");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const attngate::RegisterPaths planted([paths = paths_asked_for()](attngate::PathRegistry& registry) {
      for (const attngate::AttentionPath& path : paths) registry.add(path);
    });
    return attngate::run_command(argc, argv);
  } catch (const attngate::UsageError& error) {
    std::cerr << "attngate_planted: " << error.what() << '\n';
    return attngate::exit_code::usage;
  }
}
