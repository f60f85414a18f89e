#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "attngate/case/attention_case.h"

namespace attngate {

/// Every enumerator of DType, MaskKind, StorageLayout, NestedForm or ValueProfile, the default of the last four first.
template <typename Enum>
inline constexpr std::nullptr_t enumerators = nullptr;

template <>
inline constexpr std::array enumerators<DType>{DType::fp16, DType::bf16, DType::fp32};
template <>
inline constexpr std::array enumerators<MaskKind>{MaskKind::padding, MaskKind::none,   MaskKind::holes,
                                                  MaskKind::two_d,   MaskKind::four_d, MaskKind::causal};
template <>
inline constexpr std::array enumerators<StorageLayout>{StorageLayout::packed, StorageLayout::transposed,
                                                       StorageLayout::sliced, StorageLayout::expanded};
template <>
inline constexpr std::array enumerators<NestedForm>{NestedForm::view, NestedForm::gaps, NestedForm::list,
                                                    NestedForm::mask};
template <>
inline constexpr std::array enumerators<ValueProfile>{ValueProfile::normal, ValueProfile::tiny, ValueProfile::large,
                                                      ValueProfile::outlier, ValueProfile::negative_logits};

/// Throws CaseError: `key='text': must be a, b or c`.
[[noreturn]] void throw_unknown_name(std::string_view key, std::string_view text,
                                     const std::vector<std::string>& names);

/// The enumerator whose to_string is the text; throws CaseError naming the key and listing the names that exist.
template <typename Enum>
Enum parse_enumerator(std::string_view key, std::string_view text) {
  std::vector<std::string> names;
  for (const Enum value : enumerators<Enum>) {
    names.push_back(to_string(value));
    if (names.back() == text) {
      return value;
    }
  }
  throw_unknown_name(key, text, names);
}

}  // namespace attngate
