// The attngate command as a test: where it is to use a GPU and there is none, it is skipped as the property tests are.
#include <algorithm>
#include <iostream>
#include <string_view>

#include "attngate/base/exit_code.h"
#include "attngate/cli/command.h"
#include "attngate/run/environment.h"
#include "attngate/workers/device.h"

int main(int argc, char** argv) {
  using namespace attngate;
  try {
    use_gpu_from_ctest();
    if (std::ranges::count(argv, argv + argc, std::string_view("cuda")) > 0) {
      if (const auto problem = device_problem(c10::kCUDA); problem && !read_environment().require_gpu) {
        std::cout << "skipped: " << *problem << '\n';
        return exit_code::skipped;
      }
    }
  } catch (const UsageError& error) {
    std::cerr << "attngate_example: " << error.what() << '\n';
    return exit_code::usage;
  }
  return run_command(argc, argv);
}
