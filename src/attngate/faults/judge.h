#pragma once

#include <vector>

#include "attngate/faults/fault.h"
#include "attngate/faults/judgement.h"
#include "attngate/properties/property.h"

namespace attngate::faults {

/// Runs the properties in their order on random cases, on the path of the registry that has this name, until the first
/// failure.
///
/// Throws std::runtime_error when a property could not run at all.
Judgement judge(const PathRegistry& registry, const std::string& path, DType dtype, at::Device device,
                const std::vector<const Property*>& properties, const Budget& budget);

/// The judgement of a planted fault, under the fault's own name.
Judgement judge_fault(const Fault& fault, DType dtype, at::Device device,
                      const std::vector<const Property*>& properties, const Budget& budget);

/// One judgement of all healthy paths together, on the same cases: killed is what none of them may be.
Judgement judge_controls(DType dtype, at::Device device, const std::vector<const Property*>& properties,
                         const Budget& budget);

}  // namespace attngate::faults
