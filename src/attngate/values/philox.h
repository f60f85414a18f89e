#pragma once

#include <cstdint>

#if defined(__CUDACC__)
#define ATTNGATE_HOST_DEVICE __host__ __device__
#else
#define ATTNGATE_HOST_DEVICE
#endif

namespace attngate {

/// Four 32-bit words: a Philox counter or a block of its output.
struct PhiloxBlock {
  std::uint32_t word[4];
};

/// Philox4x32-10: a block of random words that depends on nothing but counter and key.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
/// Integers only, so host and device agree on every bit.
ATTNGATE_HOST_DEVICE inline PhiloxBlock philox4x32_10(PhiloxBlock counter, std::uint64_t key) {
  constexpr std::uint32_t multiplier_0 = 0xD2511F53u;
  constexpr std::uint32_t multiplier_1 = 0xCD9E8D57u;
  constexpr std::uint32_t weyl_0 = 0x9E3779B9u;
  constexpr std::uint32_t weyl_1 = 0xBB67AE85u;
  constexpr int rounds = 10;

  auto key_0 = static_cast<std::uint32_t>(key);
  auto key_1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t product_0 = static_cast<std::uint64_t>(multiplier_0) * counter.word[0];
    const std::uint64_t product_1 = static_cast<std::uint64_t>(multiplier_1) * counter.word[2];
    counter = PhiloxBlock{
        {static_cast<std::uint32_t>(product_1 >> 32) ^ counter.word[1] ^ key_0, static_cast<std::uint32_t>(product_1),
         static_cast<std::uint32_t>(product_0 >> 32) ^ counter.word[3] ^ key_1, static_cast<std::uint32_t>(product_0)}};
    key_0 += weyl_0;
    key_1 += weyl_1;
  }
  return counter;
}

}  // namespace attngate
