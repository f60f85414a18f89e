#pragma once

#include <fmt/ranges.h>

#include <functional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace attngate {

/// The items as text, the separator between them: joined(names), joined(paths, ", ", &AttentionPath::name).
template <std::ranges::range Items, typename TextOf = std::identity>
std::string joined(Items&& items, std::string_view separator = ", ", TextOf text_of = {}) {
  std::vector<std::string> texts;  // no std::views::transform, at which GCC 12 breaks down with an internal error
  for (const auto& item : items) texts.emplace_back(std::invoke(text_of, item));
  return fmt::format("{}", fmt::join(texts, separator));
}

}  // namespace attngate
