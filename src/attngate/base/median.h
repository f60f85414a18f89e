#pragma once

#include <vector>

namespace attngate {

/// The middle value, the mean of the middle two for an even count; throws std::invalid_argument without any value.
double median_of(std::vector<double> values);

}  // namespace attngate
