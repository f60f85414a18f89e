#include "attngate/isolation/host_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>

namespace attngate {

std::uint64_t available_host_bytes() {
  std::ifstream file("/proc/meminfo");
  std::string name, unit;
  for (std::uint64_t kibibytes = 0; file >> name >> kibibytes; std::getline(file, unit)) {
    if (name == "MemAvailable:") return kibibytes * 1024;
  }
  throw std::runtime_error("/proc/meminfo does not say MemAvailable: is /proc mounted?");
}

// Kept open: opening costs more than reading, and a case may take no longer than both.
ProcessMemory::ProcessMemory(pid_t process)
    : file_(::open(("/proc/" + std::to_string(process) + "/statm").c_str(), O_RDONLY | O_CLOEXEC)) {}

ProcessMemory::~ProcessMemory() {
  if (file_ >= 0) ::close(file_);
}

std::uint64_t ProcessMemory::private_bytes() const {
  char text[128] = {};
  if (::pread(file_, text, sizeof text - 1, 0) <= 0) return 0;
  unsigned long long resident = 0, shared = 0;
  if (std::sscanf(text, "%*u %llu %llu", &resident, &shared) != 2 || shared > resident) return 0;
  return (resident - shared) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace attngate
