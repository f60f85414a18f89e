// A library with the part of NVML's interface that attngate uses, and one GPU behind it.
#include <cstring>

namespace {

constexpr int success = 0, not_found = 6;
int one_gpu = 0;

int find(const char* text, const char* known, void** gpu) {
  *gpu = &one_gpu;
  return std::strcmp(text, known) == 0 ? success : not_found;
}

}  // namespace

extern "C" {

int nvmlInit_v2() { return success; }
int nvmlShutdown() { return success; }
int nvmlSystemGetDriverVersion(char* version, unsigned length) {
  std::strncpy(version, "999.11", length);
  return success;
}
int nvmlDeviceGetHandleByUUID(const char* uuid, void** gpu) { return find(uuid, "GPU-known", gpu); }
int nvmlDeviceGetHandleByPciBusId_v2(const char* address, void** gpu) { return find(address, "known-address", gpu); }
int nvmlDeviceGetClockInfo(void* gpu, int type, unsigned* mhz) {
  *mhz = 1755;
  return gpu == &one_gpu && type == 1 ? success : not_found;
}
// The older name alone, as drivers before 535 have it.
int nvmlDeviceGetCurrentClocksThrottleReasons(void* gpu, unsigned long long* reasons) {
  *reasons = 0x44;
  return gpu == &one_gpu ? success : not_found;
}
}
