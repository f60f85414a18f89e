#pragma once

#include <string>

namespace attngate {

/// What the system calls the processor; "CPU" where it does not say.
std::string processor_name();

}  // namespace attngate
