#include "attngate/workers/worker_sweep_source.h"

#include "attngate/case/text.h"
#include "attngate/isolation/host_memory.h"
#include "attngate/isolation/worker_checker.h"
#include "attngate/isolation/worker_request.h"
#include "attngate/workers/worker.h"

namespace attngate {
namespace {

/// Longest wait for one row. A GPU's takes some 30 ms, and its first one loads CUDA, kernels and plans. Two CPU cores
/// need some minutes for the largest rows of the grids.
constexpr double gpu_row_seconds = 60;
constexpr double cpu_row_seconds = 1200;

/// The worker ended in mid-row: what is left is the name of the path that ran.
SweepAnswer death_of(const std::string& path, const std::string& detail) {
  SweepAnswer answer;
  answer.problem = (path.empty() ? "the worker " : path + ": ") + detail;
  return answer;
}

}  // namespace

WorkerSweepSource::WorkerSweepSource(const PathRegistry& registry, c10::Device device,
                                     std::optional<double> row_seconds)
    : row_seconds_(row_seconds.value_or(device.is_cuda() ? gpu_row_seconds : cpu_row_seconds)),
      pool_(make_worker_pool(registry, device)),
      available_bytes_(available_host_bytes()) {}

SweepAnswer WorkerSweepSource::measure(const SweepRequest& request) {
  const RequestLimits limits{row_seconds_, host_bytes_allowed(parse_line(request.line), available_bytes_)};
  const WorkerReply reply = pool_.ask(to_bytes({RequestKind::measure_row, encode(request)}), limits, row_seconds_);
  if (reply.kind != WorkerReply::Kind::answered) {
    SweepAnswer answer = death_of(reply.path, reply.detail);
    answer.worker_died = reply.kind == WorkerReply::Kind::died;
    return answer;
  }
  try {
    SweepAnswer answer = decode<SweepAnswer>(reply.answer);
    if (answer.spoilt) pool_.discard_worker();
    return answer;
  } catch (const WireError& error) {
    pool_.discard_worker();  // who sends this has overwritten its own memory
    return death_of(reply.path, std::string("sent an answer that makes no sense: ") + error.what());
  }
}

}  // namespace attngate
