#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "attngate/values/side_stream.h"

namespace attngate {

struct SideStream::Streams {
  explicit Streams(c10::Device where)
      : device(where), side(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, where.index())) {}

  c10::Device device;
  c10::cuda::CUDAStream side;
  at::cuda::CUDAEvent queued, done;
};

SideStream::SideStream(c10::Device device) {
  if (device.is_cuda()) streams_ = std::make_unique<Streams>(device);
}

SideStream::~SideStream() = default;

void SideStream::wait_for_current() {
  if (!streams_) return;
  streams_->queued.record(c10::cuda::getCurrentCUDAStream(streams_->device.index()));
  streams_->queued.block(streams_->side);
}

void SideStream::run(const std::function<void()>& work) {
  if (!streams_) return work();
  const c10::cuda::CUDAStreamGuard current(streams_->side);
  work();
  streams_->done.record(streams_->side);
}

void SideStream::join_current() {
  if (!streams_) return;
  streams_->done.block(c10::cuda::getCurrentCUDAStream(streams_->device.index()));
}

}  // namespace attngate
