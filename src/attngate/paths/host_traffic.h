#pragma once

#include <ATen/record_function.h>

namespace attngate {

/// What a RecordFunction callback that gets inputs can see of an operator's traffic between host and device.

/// The operator copies between two devices, the host among them.
bool copies_across(const at::RecordFunction& function);

/// The operator is such a copy and lets the host wait for it.
bool copies_across_and_blocks(const at::RecordFunction& function);

/// The operator hands a tensor's value to the host: item() and whatever branches on a value.
bool reads_value(const at::RecordFunction& function);

/// The operator hands a value to the host that lies on a GPU.
bool reads_value_of_gpu(const at::RecordFunction& function);

}  // namespace attngate
