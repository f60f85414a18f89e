#pragma once

#include <cstdint>
#include <string_view>

namespace attngate {

inline constexpr std::uint64_t fnv_offset_basis = 0xcbf29ce484222325;

/// The 64-bit FNV-1a hash of the bytes; with the hash of other bytes in front, that of both.
///
/// The same on every machine, fit for telling apart what nobody forges. Source: draft-eastlake-fnv, "The FNV
/// Non-Cryptographic Hash Algorithm".
constexpr std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = fnv_offset_basis) {
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return hash;
}

/// The same in 32 bits.
constexpr std::uint32_t fnv1a_32(std::string_view bytes) {
  std::uint32_t hash = 0x811c9dc5;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x1000193;
  return hash;
}

}  // namespace attngate
