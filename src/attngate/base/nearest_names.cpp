#include "attngate/base/nearest_names.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "attngate/base/joined.h"

namespace attngate {
namespace {

constexpr std::size_t most_names = 3;
/// Long names are junk, not typing errors; 100 keeps the distance cheap and is far above the longest name.
constexpr std::size_t most_letters = 100;

/// Levenshtein distance: insertions, deletions and replacements that turn a into b.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view written, const std::vector<std::string>& names) {
  const std::string_view start = written.substr(0, most_letters);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& name : names) {
    const std::size_t distance = !start.empty() && name.starts_with(start) ? 0 : edit_distance(start, name);
    if (2 * distance <= std::max(start.size(), name.size())) near.emplace_back(distance, name);
  }
  std::ranges::stable_sort(near, {}, &std::pair<std::size_t, std::string>::first);
  std::vector<std::string> nearest;
  for (const auto& [distance, name] : near) {
    if (nearest.size() < most_names) nearest.push_back(name);
  }
  return nearest;
}

std::string did_you_mean(std::string_view written, const std::vector<std::string>& names) {
  std::vector<std::string> nearest = nearest_names(written, names);
  if (nearest.empty()) return "";
  const std::string last = std::move(nearest.back());
  nearest.pop_back();
  return "did you mean " + (nearest.empty() ? "" : joined(nearest) + " or ") + last + "?";
}

}  // namespace attngate
