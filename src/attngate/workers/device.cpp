#include "attngate/workers/device.h"

#include "attngate/version.h"

#include <ATen/Context.h>
#include <fmt/format.h>
#include <torch/version.h>

#include <cstdlib>

#include "attngate/base/processor_name.h"
#include "attngate/run/environment.h"

#if ATTNGATE_HAVE_CUDA
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <cuda_runtime_api.h>

#include <algorithm>
#include <cmath>

#include "attngate/base/wire.h"
#include "attngate/case/cost.h"
#include "attngate/isolation/worker_process.h"
#include "attngate/values/device_memory.h"
#endif

namespace attngate {

std::string device_label(c10::DeviceType type) { return type == c10::kCUDA ? "cuda" : "cpu"; }

#if ATTNGATE_HAVE_CUDA

namespace {

// A path that allocates without end is stopped here. 8 GiB: cuBLAS's and cuDNN's workspaces and the cache's fragments
// take 1 or 2. The reference holds its fp64 scores about 3 times; 16 is five times that.
constexpr double base_device_bytes = 8.0 * (1 << 30);
constexpr double times_the_reference = 16;
// A case needs a quarter of that at most, by the same figures.
constexpr double needed_of_the_limit = 0.25;
// The driver and other processes need some of it as well.
constexpr double most_of_the_device = 0.9;

bool is_out_of_memory(std::string_view error) { return error.find("out of memory") != std::string_view::npos; }

/// What CUDA says of this machine.
struct CudaFacts {
  std::string problem;  ///< empty when LibTorch can use CUDA
  std::vector<std::string> names;
};

std::string cuda_problem() {
  try {
    c10::cuda::device_count_ensure_non_zero();
    return "";
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    return "no CUDA device: " + text.substr(0, text.find('\n'));
  }
}

/// Empty where there is none.
std::vector<std::string> cuda_names() {
  std::vector<std::string> names;
  for (int index = 0; index < c10::cuda::device_count(); ++index) {
    cudaDeviceProp properties{};
    const cudaError_t status = cudaGetDeviceProperties(&properties, index);
    names.emplace_back(status == cudaSuccess ? properties.name : "unknown CUDA device");
  }
  return names;
}

/// Asks in a child: a process that has touched CUDA can fork no more workers that use it.
CudaFacts ask_cuda() {
  // Loading the driver takes 0.1 to 3 s; a minute is a driver that hangs.
  constexpr RequestLimits patience{60, std::uint64_t{4} << 30};
  const auto answer = [](std::string_view, const OnPath&) {
    WireWriter writer;
    const std::string problem = cuda_problem();
    writer.put(problem);
    writer.put(cuda_names());
    return writer.take();
  };
  WorkerProcess child({{}, answer}, {});
  if (!child.wait_until_ready(patience.seconds))
    return {"no CUDA device: a process that asks for it does not start", {}};
  const WorkerReply reply = child.ask("", patience);
  if (reply.kind != WorkerReply::Kind::answered)
    return {"no CUDA device: a process that asks for it: " + reply.detail, {}};
  CudaFacts facts;
  WireReader reader(reply.answer);
  reader.get(facts.problem);
  reader.get(facts.names);
  return facts;
}

/// Asked once: the machine does not change while a process lives.
const CudaFacts& cuda_facts() {
  static const CudaFacts facts = in_process_is_asked_for() ? CudaFacts{cuda_problem(), cuda_names()} : ask_cuda();
  return facts;
}

}  // namespace

std::optional<std::string> device_problem(c10::DeviceType type) {
  if (type != c10::kCUDA || cuda_facts().problem.empty()) return std::nullopt;
  return cuda_facts().problem;
}

std::string device_name(c10::Device device) {
  if (!device.is_cuda()) return processor_name();
  const std::size_t index = device.has_index() ? static_cast<std::size_t>(device.index()) : 0;
  return index < cuda_facts().names.size() ? cuda_facts().names[index] : "unknown CUDA device";
}

void limit_device_memory(c10::Device device, const AttentionCase& attention_case) {
  if (!device.is_cuda()) return;
  const c10::DeviceIndex index = device.has_index() ? device.index() : c10::DeviceIndex{0};
  const auto total = static_cast<double>(at::cuda::getDeviceProperties(index)->totalGlobalMem);
  const double wanted = base_device_bytes + times_the_reference * cost_of(attention_case).bytes;
  const double fraction = std::min(wanted / total, most_of_the_device);
  // Powers of two: a new limit every few thousand cases and not with every one.
  const double rounded = std::min(std::exp2(std::ceil(std::log2(fraction))), most_of_the_device);
  // The allocator keeps whole bytes: its fraction comes back with an error far below a thousandth.
  if (std::abs(c10::cuda::CUDACachingAllocator::getMemoryFraction(index) - rounded) < 1e-3 * rounded) return;
  c10::cuda::CUDACachingAllocator::setMemoryFraction(rounded, index);
}

std::optional<std::string> memory_taken_by_others(c10::Device device) {
  if (!device.is_cuda()) return std::nullopt;
  const c10::DeviceIndex index = device.has_index() ? device.index() : c10::DeviceIndex{0};
  constexpr double gibibyte = 1 << 30;
  double available = 0, total = 0;
  try {
    available = static_cast<double>(free_device_memory({c10::kCUDA, index}));
    total = static_cast<double>(at::cuda::getDeviceProperties(index)->totalGlobalMem);
  } catch (const std::exception& error) {
    // Nothing at all is left, not even for a context; or the device is lost.
    if (!is_out_of_memory(error.what())) return std::nullopt;
    return "other processes hold the memory of the device: not even a CUDA context finds room";
  }
  const auto statistics = c10::cuda::CUDACachingAllocator::getDeviceStats(index);
  const auto held = static_cast<double>(statistics.reserved_bytes[0].current);  // of all kinds of blocks
  const double limit = c10::cuda::CUDACachingAllocator::getMemoryFraction(index) * total;
  if (available + held >= needed_of_the_limit * limit) return std::nullopt;
  return fmt::format("other processes hold memory of the device: {:.1f} of {:.1f} GiB are free", available / gibibyte,
                     total / gibibyte);
}

std::string cuda_version() { return fmt::format("{}.{}", CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10); }

#else

std::optional<std::string> device_problem(c10::DeviceType type) {
  if (type != c10::kCUDA) return std::nullopt;
  return "no CUDA device: this attngate was built with a CPU-only LibTorch; install torch==2.11.0 for CUDA and "
         "configure again";
}

std::string device_name(c10::Device) { return processor_name(); }

void limit_device_memory(c10::Device, const AttentionCase&) {}

std::optional<std::string> memory_taken_by_others(c10::Device) { return std::nullopt; }

std::string cuda_version() { return ""; }

#endif

std::string libtorch_version() { return TORCH_VERSION; }

DeviceKey named_device(c10::Device device) {
  return {.type = device_label(device.type()),
          .name = device_name(device),
          .cuda = cuda_version(),
          .libtorch = libtorch_version()};
}

bool in_process_is_asked_for() {
  return read_environment([](const char* name) -> std::optional<std::string> {
           const char* value = std::string_view(name) == "ATTNGATE_IN_PROCESS" ? std::getenv(name) : nullptr;
           if (value == nullptr) return std::nullopt;
           return value;
         })
      .in_process;
}

std::string attngate_version() { return ATTNGATE_VERSION; }

}  // namespace attngate
