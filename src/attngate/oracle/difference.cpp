#include "attngate/oracle/difference.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "attngate/values/sequences.h"

namespace attngate {
namespace {

/// At most so many elements are spelled out: enough to see a pattern in token or channel.
constexpr int elements_shown = 3;

}  // namespace

std::string describe_difference(const at::Tensor& rows, const at::Tensor& expected_rows, const Margin& margin,
                                const AttentionCase& attention_case) {
  const auto sequence = static_cast<std::size_t>(margin.sequence);
  const std::int64_t first = first_rows(attention_case)[sequence];
  const std::int64_t length = attention_case.lengths[sequence], columns = rows.size(1);
  const at::Tensor left = rows.narrow(0, first, length).to(at::kCPU, at::kDouble).contiguous();
  const at::Tensor right = expected_rows.narrow(0, first, length).to(at::kCPU, at::kDouble).contiguous();
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

at::Tensor excess(const at::Tensor& rows, const at::Tensor& expected, const at::Tensor& allowance) {
  return rows.to(at::kDouble).sub(expected).div(allowance);
}

std::string describe_excess(const at::Tensor& rows, const at::Tensor& expected, const at::Tensor& allowance,
                            const Margin& margin, const AttentionCase& attention_case) {
  const auto sequence = static_cast<std::size_t>(margin.sequence);
  const std::int64_t first = first_rows(attention_case)[sequence], columns = rows.size(1);
  const at::Tensor off = excess(rows, expected, allowance).narrow(0, first, attention_case.lengths[sequence]).abs();
  const double largest = std::numeric_limits<double>::max();
  const auto index = off.nan_to_num(largest, largest).reshape({-1}).argmax().item<std::int64_t>();
  const std::int64_t token = index / columns, channel = index % columns;
  const auto number = [&](const at::Tensor& of) { return of[first + token][channel].to(at::kDouble).item<double>(); };
  return fmt::format("the worst at (sequence {}, token {}, channel {}): got {:.6g}, expected {:.6g} within {:.3g}",
                     sequence, token, channel, number(rows), number(expected), number(allowance));
}

}  // namespace attngate
