#include "attngate/base/median.h"

#include <algorithm>
#include <stdexcept>

namespace attngate {

double median_of(std::vector<double> values) {
  if (values.empty()) throw std::invalid_argument("no values, and so no median: allowed is one or more");
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  const double below = *std::max_element(values.begin(), middle);
  return below + (*middle - below) / 2;
}

}  // namespace attngate
