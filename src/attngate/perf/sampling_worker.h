#pragma once

#include <c10/core/Device.h>

#include <memory>
#include <string>

#include "attngate/isolation/worker_pool.h"
#include "attngate/paths/attention_path.h"
#include "attngate/perf/sample_request.h"

namespace attngate {

/// Worker processes that measure: they answer SampleRequests. The registry outlives the pool.
WorkerPool make_sampling_pool(const PathRegistry& registry, c10::Device device);

/// Samples from worker processes. This process does no work on the device, and must not have used CUDA before.
///
/// A worker that dies, hangs or loses the device is an error in the answer, and the next request gets another worker.
class WorkerSampleSource : public SampleSource {
 public:
  WorkerSampleSource(const PathRegistry& registry, c10::Device device);
  SampleAnswer sample(const SampleRequest& request, bool in_fresh_process) override;
  DeviceKey device_key() override;

 private:
  WorkerPool pool_;
};

}  // namespace attngate
