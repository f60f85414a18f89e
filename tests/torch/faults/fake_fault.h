#pragma once

#include <string>
#include <utility>

#include "attngate/faults/fault.h"

namespace attngate::faults {

/// A fault that edits the output.
inline Fault fault_of(const std::string& name, Edit output) {
  Fault fault;
  fault.name = name;
  fault.hooks.output = std::move(output);
  return fault;
}

}  // namespace attngate::faults
