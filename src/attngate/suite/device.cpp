#include "attngate/suite/device.h"

#include <ATen/Context.h>
#include <fmt/format.h>
#include <torch/version.h>

#include <cstdlib>
#include <fstream>

#include "attngate/runner/usage_error.h"

#if ATTNGATE_HAVE_CUDA
#include <c10/cuda/CUDAFunctions.h>
#include <cuda_runtime_api.h>
#endif

namespace attngate {
namespace {

std::string processor_name() {
  std::ifstream information("/proc/cpuinfo");
  for (std::string line; std::getline(information, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "CPU";
}

}  // namespace

std::string device_label(c10::DeviceType type) { return type == c10::kCUDA ? "cuda" : "cpu"; }

#if ATTNGATE_HAVE_CUDA

std::optional<std::string> device_problem(c10::DeviceType type) {
  if (type != c10::kCUDA) return std::nullopt;
  try {
    c10::cuda::device_count_ensure_non_zero();
    return std::nullopt;
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    return "no CUDA device: " + text.substr(0, text.find('\n'));
  }
}

std::string device_name(c10::Device device) {
  if (!device.is_cuda()) return processor_name();
  cudaDeviceProp properties{};
  const cudaError_t status = cudaGetDeviceProperties(&properties, device.has_index() ? device.index() : 0);
  return status == cudaSuccess ? properties.name : "unknown CUDA device";
}

std::string cuda_version() { return fmt::format("{}.{}", CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10); }

#else

std::optional<std::string> device_problem(c10::DeviceType type) {
  if (type != c10::kCUDA) return std::nullopt;
  return "no CUDA device: this attngate was built with a CPU-only LibTorch; install torch==2.11.0 for CUDA and "
         "configure again";
}

std::string device_name(c10::Device) { return processor_name(); }

std::string cuda_version() { return ""; }

#endif

std::string libtorch_version() { return TORCH_VERSION; }

std::string attngate_version() { return ATTNGATE_VERSION; }

void use_gpu_from_ctest() {
  const char* group = std::getenv("CTEST_RESOURCE_GROUP_0_GPUS");
  if (group == nullptr) return;
  const std::string text = group;
  const std::size_t comma = text.find(',');
  if (!text.starts_with("id:") || comma == std::string::npos || comma == 3) {
    throw UsageError("CTEST_RESOURCE_GROUP_0_GPUS='" + text + "': expected id:NUMBER,slots:NUMBER");
  }
  setenv("CUDA_VISIBLE_DEVICES", text.substr(3, comma - 3).c_str(), /*overwrite=*/1);
}

}  // namespace attngate
