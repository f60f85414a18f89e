#include "attngate/oracle/difference.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

namespace attngate {
namespace {

/// At most so many elements are spelled out: enough to see a pattern in token or channel.
constexpr int elements_shown = 3;

}  // namespace

std::string describe_difference(const at::Tensor& rows, const at::Tensor& reference, const Margin& margin,
                                const AttentionCase& attention_case) {
  const auto sequence = static_cast<std::size_t>(margin.sequence);
  const std::int64_t first = std::accumulate(attention_case.lengths.begin(),
                                             attention_case.lengths.begin() + margin.sequence, std::int64_t{0});
  const std::int64_t length = attention_case.lengths[sequence], columns = rows.size(1);
  const at::Tensor left = rows.narrow(0, first, length).to(at::kCPU, at::kDouble).contiguous();
  const at::Tensor right = reference.narrow(0, first, length).to(at::kCPU, at::kDouble).contiguous();
  const auto* got = left.const_data_ptr<double>();
  const auto* expected = right.const_data_ptr<double>();

  std::int64_t over = 0, largest = 0;
  std::string shown;
  const auto spell_out = [&](std::int64_t index) {
    shown +=
        fmt::format("{}(sequence {}, token {}, channel {}): got {:.6g}, expected {:.6g}", shown.empty() ? "" : "; ",
                    margin.sequence, index / columns, index % columns, got[index], expected[index]);
  };
  const auto difference = [&](std::int64_t index) { return std::abs(got[index] - expected[index]); };
  for (std::int64_t index = 0; index < length * columns; ++index) {
    if (difference(index) > difference(largest)) largest = index;
    const bool finite = std::isfinite(got[index]) && std::isfinite(expected[index]);
    const bool listed =
        margin.rule == "non-finite" ? !finite : margin.rule == "max" && difference(index) > margin.bound;
    if (listed && over++ < elements_shown) spell_out(index);
  }
  if (over == 0) {  // the rms and row rules bound averages, which say nothing of one element
    spell_out(largest);
    return "largest difference at " + shown;
  }
  const std::string what =
      margin.rule == "non-finite" ? "are not finite" : fmt::format("differ by more than {:.3g}", margin.bound);
  return fmt::format("{} of {} elements of sequence {} {}; first at {}", over, length * columns, margin.sequence, what,
                     shown);
}

}  // namespace attngate
