#pragma once

#include <c10/core/Device.h>

#include <cstdint>

namespace attngate {

/// A matrix product's rate at one size.
struct ProductCeiling {
  /// The matrices are [size, size]; a product is 2 * size^3 operations: size^3 multiplications and as many additions.
  std::int64_t size = 0;
  double flops_per_second = 0;
};

/// What the device can do at most, as far as LibTorch's own product and copy reach it.
struct Ceilings {
  ProductCeiling bf16, fp16;
  /// By whatever LibTorch's switches allow: with TF32 where that is on.
  ProductCeiling fp32;
  /// Bytes read and bytes written together, per second, by a copy of `copied_bytes` on the device.
  double copy_bytes_per_second = 0;
  std::int64_t copied_bytes = 0;
  /// What measuring them took.
  double seconds = 0;
};

/// Measures the ceilings now, in this process, on random data (a product of zeros ran 13 % faster on an H100): medians
/// of 11 after 3 that do not count.
///
/// Products of 8192 in half and 4096 in single precision, smaller where one would take more than 20 ms or three
/// matrices more than a quarter of the free memory. 0.1 s of work for a GPU like the H200. Takes up to 2 GiB, which
/// stay in LibTorch's cache. Throws c10::Error or CudaError.
Ceilings measure_ceilings(c10::Device device);

}  // namespace attngate
