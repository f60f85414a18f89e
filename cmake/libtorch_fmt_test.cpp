// Does a program link that formats what attngate formats? cmake/AttngateFmt.cmake asks it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

int main(int argc, char**) {
  const std::vector<int> numbers(2, argc);
  fmt::print("{:>8.3g} {} {:L} {}\n", 0.5 * argc, 0.5f * static_cast<float>(argc), argc, fmt::join(numbers, ", "));
  return fmt::format("{} {:#x}", 0.1L, argc).empty() || fmt::group_digits(argc).value != argc;
}
