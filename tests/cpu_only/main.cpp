// What a CPU-only LibTorch makes of attngate, compiled here beside a LibTorch with CUDA: the stand-ins build, and a GPU
// that is asked for gets one clear line.
#undef ATTNGATE_HAVE_CUDA
#define ATTNGATE_HAVE_CUDA 0
#include "attngate/workers/device.cpp"

#include <iostream>

int main() {
  using namespace attngate;
  const std::optional<std::string> problem = device_problem(c10::kCUDA);
  const bool says_why = problem && problem->find("CPU-only LibTorch") != std::string::npos &&
                        problem->find("install torch==") != std::string::npos &&
                        problem->find('\n') == std::string::npos;
  const bool cpu_is_fine = !device_problem(c10::kCPU) && cuda_version().empty() && !device_name(c10::kCPU).empty();
  std::cout << problem.value_or("no problem") << '\n';
  return says_why && cpu_is_fine ? 0 : 1;
}
