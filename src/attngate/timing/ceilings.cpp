#include "attngate/timing/ceilings.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "attngate/base/elapsed.h"
#include "attngate/base/median.h"
#include "attngate/timing/cache_flush.h"
#include "attngate/timing/sample_taker.h"
#include "attngate/values/device_memory.h"

namespace attngate {
namespace {

constexpr int uncounted = 3, counted = 11;
constexpr double longest_product_us = 20'000;

// 8192^3 in half precision is 1.1e12 operations, 1.4 ms on an H200; the CPU needs 10 ms for 512^3 in one thread.
constexpr std::int64_t largest_half_product = 8192, largest_single_product = 4096, largest_host_product = 512;
constexpr std::int64_t smallest_product = 64;

constexpr std::int64_t largest_copy = std::int64_t{1} << 30;

at::Tensor random_square(std::int64_t size, at::TensorOptions options) {
  return at::empty({size, size}, options).uniform_(-1, 1);
}

/// Time in us of one call that the device begins when it is queued.
double time_once(SampleTaker& taker, const std::function<void()>& call) {
  return taker.take({"ceiling", call}, {Quantity::gpu_time, 1, 0, /*flush_cache=*/false}).us;
}

double median_time(SampleTaker& taker, const std::function<void()>& call) {
  for (int repetition = 0; repetition < uncounted; ++repetition) call();
  std::vector<double> times;
  for (int repetition = 0; repetition < counted; ++repetition) times.push_back(time_once(taker, call));
  return median_of(std::move(times));
}

/// Halved until three matrices take at most the memory.
std::int64_t size_that_fits(std::int64_t size, std::int64_t element_bytes, std::int64_t memory) {
  while (size > smallest_product && 3 * size * size * element_bytes > memory) size /= 2;
  return size;
}

ProductCeiling measure_product(SampleTaker& taker, at::TensorOptions options, std::int64_t size) {
  for (;; size /= 2) {
    const at::Tensor left = random_square(size, options), right = random_square(size, options);
    at::Tensor product = at::empty({size, size}, options);
    const auto multiply = [&] { at::mm_out(product, left, right); };
    multiply();  // the first call of a size chooses an algorithm
    if (size > smallest_product && time_once(taker, multiply) > longest_product_us) continue;
    const double us = median_time(taker, multiply);
    return {size, 2 * std::pow(static_cast<double>(size), 3) / (1e-6 * us)};
  }
}

void measure_copy(SampleTaker& taker, c10::Device device, std::int64_t bytes, Ceilings& ceilings) {
  const auto options = at::TensorOptions(device).dtype(at::kFloat);
  const at::Tensor source = at::empty({bytes / 4}, options).uniform_(-1, 1);
  at::Tensor target = at::empty_like(source);
  const double us = median_time(taker, [&] { target.copy_(source); });
  ceilings.copied_bytes = bytes;
  ceilings.copy_bytes_per_second = 2 * static_cast<double>(bytes) / (1e-6 * us);
}

}  // namespace

Ceilings measure_ceilings(c10::Device device) {
  const Elapsed elapsed;
  SampleTaker taker(device);
  const bool cuda = device.is_cuda();
  const std::int64_t memory = cuda ? free_device_memory(device) / 4 : std::int64_t{1} << 30;
  const auto product = [&](at::ScalarType dtype, std::int64_t element_bytes, std::int64_t largest) {
    const std::int64_t size = size_that_fits(cuda ? largest : largest_host_product, element_bytes, memory);
    return measure_product(taker, at::TensorOptions(device).dtype(dtype), size);
  };
  Ceilings ceilings;
  ceilings.bf16 = product(at::kBFloat16, 2, largest_half_product);
  ceilings.fp16 = product(at::kHalf, 2, largest_half_product);
  ceilings.fp32 = product(at::kFloat, 4, largest_single_product);
  // On the CPU twice the cache, as a flush is.
  const auto host_copy = static_cast<std::int64_t>(2 * last_cache_bytes(device));
  const std::int64_t copied = cuda ? std::min(largest_copy, memory / 2) : host_copy;
  measure_copy(taker, device, copied, ceilings);
  ceilings.seconds = elapsed.seconds();
  return ceilings;
}

}  // namespace attngate
