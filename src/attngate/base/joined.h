#pragma once

#include <fmt/ranges.h>

#include <functional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>

namespace attngate {

/// The items as text, the separator between them: joined(names), joined(paths, ", ", &AttentionPath::name).
template <std::ranges::viewable_range Items, typename TextOf = std::identity>
std::string joined(Items&& items, std::string_view separator = ", ", TextOf text_of = {}) {
  return fmt::format("{}", fmt::join(std::forward<Items>(items) | std::views::transform(text_of), separator));
}

}  // namespace attngate
