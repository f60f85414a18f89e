#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace attngate {

/// The names that somebody may have meant who wrote this, nearest first, three at most: those that begin with it, then
/// those that differ by the fewest letters, half of the letters at most.
std::vector<std::string> nearest_names(std::string_view written, const std::vector<std::string>& names);

/// "did you mean nn_mha_fast.flash, nn_mha_fast.math or nn_mha_slow.math?"; empty where no name is near.
std::string did_you_mean(std::string_view written, const std::vector<std::string>& names);

}  // namespace attngate
