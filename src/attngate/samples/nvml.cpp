#include "attngate/samples/nvml.h"

#include <dlfcn.h>

#include <array>

namespace attngate {
namespace {

// The part of NVML's interface that is used here, as its API reference gives it: the toolkit may come without nvml.h.
using Status = int;
constexpr Status success = 0;
using Gpu = void*;
constexpr int sm_clock = 1;
// Enough for any version text, says the reference (NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE).
constexpr unsigned version_size = 80;

template <typename Function>
bool load(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  return function != nullptr;
}

}  // namespace

struct Nvml::Library {
  void* handle = nullptr;
  bool initialised = false;
  Status (*init)() = nullptr;
  Status (*shutdown)() = nullptr;
  Status (*driver_version)(char* version, unsigned length) = nullptr;
  Status (*gpu_by_uuid)(const char* uuid, Gpu* gpu) = nullptr;
  Status (*gpu_by_pci_address)(const char* address, Gpu* gpu) = nullptr;
  Status (*clock)(Gpu gpu, int type, unsigned* mhz) = nullptr;
  Status (*event_reasons)(Gpu gpu, unsigned long long* reasons) = nullptr;

  explicit Library(const char* name) : handle(dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
    if (handle == nullptr) return;
    const bool complete = load(handle, "nvmlInit_v2", init) && load(handle, "nvmlShutdown", shutdown) &&
                          load(handle, "nvmlSystemGetDriverVersion", driver_version) &&
                          load(handle, "nvmlDeviceGetHandleByUUID", gpu_by_uuid) &&
                          load(handle, "nvmlDeviceGetHandleByPciBusId_v2", gpu_by_pci_address) &&
                          load(handle, "nvmlDeviceGetClockInfo", clock) &&
                          // Drivers before 535 have the older name alone.
                          (load(handle, "nvmlDeviceGetCurrentClocksEventReasons", event_reasons) ||
                           load(handle, "nvmlDeviceGetCurrentClocksThrottleReasons", event_reasons));
    initialised = complete && init() == success;
  }
  ~Library() {
    if (initialised) shutdown();
    if (handle != nullptr) dlclose(handle);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

Nvml::Nvml(const std::string& uuid, const std::string& pci_address, const char* library)
    : library_(std::make_unique<Library>(library)) {
  if (!library_->initialised) {
    problem_ = library_->handle == nullptr ? "NVML is not installed" : "NVML does not start";
    library_.reset();
  } else if (library_->gpu_by_uuid(uuid.c_str(), &gpu_) != success &&
             library_->gpu_by_pci_address(pci_address.c_str(), &gpu_) != success) {
    gpu_ = nullptr;
    problem_ = "NVML does not know the GPU " + uuid + " at " + pci_address;
  }
}

Nvml::~Nvml() = default;

ClockState Nvml::clocks() const {
  ClockState state;
  if (gpu_ == nullptr) return state;
  unsigned mhz = 0;
  if (library_->clock(gpu_, sm_clock, &mhz) == success) state.sm_mhz = mhz;
  unsigned long long reasons = 0;
  if (library_->event_reasons(gpu_, &reasons) == success) state.event_reasons = reasons;
  return state;
}

std::string Nvml::driver_version() const {
  std::array<char, version_size> version{};
  if (!library_ || library_->driver_version(version.data(), version_size) != success) return "unknown";
  return version.data();
}

}  // namespace attngate
