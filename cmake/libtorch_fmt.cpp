// The library that LibTorch leaves out: what its fmt headers (fmt 12) only declare, compiled once. With FMT_HEADER_ONLY
// every unit compiles it anew, 4 s of the 12 s that a property took.
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {
template FMT_API auto dragonbox::to_decimal(float value) noexcept -> dragonbox::decimal_fp<float>;
template FMT_API auto dragonbox::to_decimal(double value) noexcept -> dragonbox::decimal_fp<double>;
template FMT_API auto thousands_sep_impl(locale_ref locale) -> thousands_sep_result<char>;
template FMT_API auto thousands_sep_impl(locale_ref locale) -> thousands_sep_result<wchar_t>;
template FMT_API auto decimal_point_impl(locale_ref locale) -> char;
template FMT_API auto decimal_point_impl(locale_ref locale) -> wchar_t;
}  // namespace detail
FMT_END_NAMESPACE
