#pragma once

#include <c10/core/Device.h>

#include <functional>
#include <string>

#include "attngate/base/usage_error.h"
#include "attngate/isolation/worker_pool.h"
#include "attngate/paths/attention_path.h"
#include "attngate/properties/property.h"

namespace attngate {

/// What every worker process does, whoever asks: readies itself for the device, and answers each kind of request (see
/// RequestKind) with the registry's paths. The registry outlives the body.
WorkerBody worker_body(const PathRegistry& registry, c10::Device device);

/// Workers of that body; while they look closer, kernels report their errors where they are launched.
///
/// Made once and shared by many runs. No worker is started before the first request.
WorkerPool make_worker_pool(const PathRegistry& registry, c10::Device device);

/// Readies this process for checking on the device: strict arithmetic, and one thread on the CPU, since small cases
/// gain nothing from more and results stay reproducible.
void ready_for_checks(c10::Device device);

/// The check with a PathDisaster made a verdict, and likewise a device that is lost outside of all paths. Where CUDA
/// refused a launch there and `device` still works, the error goes on.
PropertyCheck with_disasters_as_verdicts(PropertyCheck check, c10::Device device);

/// What to say of a case that is too large for the device's memory.
UsageError does_not_fit(const AttentionCase& attention_case, c10::Device device);

/// Throws UsageError for a case of which not even the reference fits into what a check may take of this machine's
/// memory, before any time is spent. Of a GPU's memory it knows nothing.
void expect_to_fit(const AttentionCase& attention_case, c10::Device device);

/// The hash of the case's inputs; throws UsageError for a case that does not fit into the device's memory.
std::uint64_t input_hash(const AttentionCase& attention_case, c10::Device device);

/// Does the work and says in one line what it threw; empty where it threw nothing.
std::string error_of(const std::function<void()>& work);

}  // namespace attngate
