// The tests that need LibTorch's tensors, on one device: --device=cpu (the default) or --device=cuda.
#include <ATen/Parallel.h>

#include <optional>

#include "attngate/paths/sdp_backend_guard.h"
#include "attngate/workers/device.h"
#include "device_under_test.h"
#include "test_main.h"

namespace attngate {
namespace {

/// Written once, by read_arguments().
std::optional<c10::Device>& device_setting() {
  static std::optional<c10::Device> device;
  return device;
}

class TorchTests : public test::TestProgram {
 public:
  std::optional<int> read_arguments(int argc, char** argv) override {
    device_setting() = test::read_device(argc, argv) == "cuda" ? c10::Device(c10::kCUDA, 0) : c10::Device(c10::kCPU);
    return std::nullopt;
  }
  std::optional<std::string> obstacle() override {
    const std::optional<std::string> problem = device_problem(device_under_test().type());
    if (!problem) {
      use_strict_arithmetic();
      at::set_num_threads(1);
    }
    return problem;
  }
};

}  // namespace

c10::Device device_under_test() { return device_setting().value(); }

std::unique_ptr<test::TestProgram> test::test_program() { return std::make_unique<TorchTests>(); }

}  // namespace attngate
