#pragma once

#include <c10/core/Device.h>

#include <deque>
#include <memory>
#include <vector>

#include "attngate/gates/sample_request.h"
#include "attngate/isolation/worker_process.h"
#include "attngate/paths/attention_path.h"

namespace attngate {

/// Samples from worker processes: children forked without exec, each with a CUDA context, allocations and choices of
/// algorithm of its own. This process does no work on the device, and must not have used CUDA before.
///
/// A worker that dies, hangs or answers with an error is an error in the answer, and the next request gets another
/// worker. The registry outlives the source.
class WorkerSampleSource : public SampleSource {
 public:
  WorkerSampleSource(const PathRegistry& registry, c10::Device device);
  ~WorkerSampleSource() override;

  /// Throws WorkerError when no worker can be started.
  SampleAnswer sample(const SampleRequest& request, bool in_fresh_process) override;
  /// Starts them together, and waits until all are ready: one start to wait for in place of many, and none while
  /// another worker measures. Throws WorkerError.
  void expect_fresh_processes(std::size_t count) override;
  DeviceKey device_key() override;

 private:
  std::unique_ptr<WorkerProcess> start_worker() const;
  void take_fresh_worker();
  SampleAnswer ask_worker(const SampleRequest& request);

  WorkerBody body_;
  std::unique_ptr<WorkerProcess> worker_;
  std::deque<std::unique_ptr<WorkerProcess>> ready_;
  /// Their end would disturb the others' samples, so it waits; they have given up their memory.
  std::vector<std::unique_ptr<WorkerProcess>> finished_;
};

}  // namespace attngate
