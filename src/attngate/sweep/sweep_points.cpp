#include "attngate/sweep/sweep_points.h"

#include <limits>

namespace attngate {

std::uint64_t combinations(std::initializer_list<std::size_t> counts) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t product = 1;
  for (const std::size_t count : counts) {
    if (count == 0) return 0;
    product = product > most / count ? most : product * count;
  }
  return product;
}

}  // namespace attngate
