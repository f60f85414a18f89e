#include "attngate/oracle/tolerance.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attngate {
namespace {

// Calibrated on an H200 with LibTorch 2.11.0 over 6.0 million comparisons of healthy sequences (docs/oracle.md): every
// factor is the starting point of emulated roundings, (4, 2, 3; 1, 0.5, 1) and (6, 3, 5; 4, 2, 4), widened until the
// worst comparison seen was at about three quarters of its bound.
constexpr double half_max = 5, half_rms = 2.5, half_row = 4.5;
constexpr double half_max_floor = 2, half_rms_floor = 0.5, half_row_floor = 1;
constexpr double single_max = 10, single_rms = 5, single_row = 8;
constexpr double single_max_floor = 4, single_rms_floor = 2, single_row_floor = 4;

double ratio(double error, double bound) {
  if (error == 0) return 0;
  return bound > 0 ? error / bound : std::numeric_limits<double>::infinity();
}

/// For each sequence of `whole` the worst of those of `part`; the sum goes by the number of elements.
std::vector<ErrorStats> extended(const std::vector<ErrorStats>& checked, const AttentionCase& part,
                                 const AttentionCase& whole, std::int64_t columns) {
  ErrorStats worst;
  double mean_square = 0;
  for (std::size_t sequence = 0; sequence < checked.size(); ++sequence) {
    const double elements = static_cast<double>(part.lengths[sequence] * columns);
    if (elements > 0) mean_square = std::max(mean_square, checked[sequence].sum_squares / elements);
    worst.merge(checked[sequence]);
  }
  std::vector<ErrorStats> all(whole.lengths.size(), worst);
  for (std::size_t sequence = 0; sequence < all.size(); ++sequence) {
    all[sequence].sum_squares = mean_square * static_cast<double>(whole.lengths[sequence] * columns);
  }
  return all;
}

}  // namespace

const double pair_slack = std::sqrt(2.0);
const double logit_roundings = 1;
const double narrow_rms_floor = 1.5;
const std::int64_t rows_for_own_scale = 8;
const std::int64_t elements_for_rms_rule = 256;
const std::int64_t columns_for_row_rule = 32;

ToleranceRule tolerance_rule(DType dtype) {
  switch (dtype) {
    case DType::fp16:
      return {std::ldexp(1.0, -11), half_max, half_rms, half_row, half_max_floor, half_rms_floor, half_row_floor};
    case DType::bf16:
      return {std::ldexp(1.0, -8), half_max, half_rms, half_row, half_max_floor, half_rms_floor, half_row_floor};
    case DType::fp32:
      return {std::ldexp(1.0, -23), single_max,       single_rms,      single_row,
              single_max_floor,     single_rms_floor, single_row_floor};
  }
  throw CaseError("dtype: not one of fp16, bf16, fp32");
}

ErrorScale extended(const ErrorScale& scale, const AttentionCase& part, const AttentionCase& whole,
                    std::int64_t columns) {
  return {extended(scale.plain_error, part, whole, columns), extended(scale.magnitude, part, whole, columns),
          scale.logit_magnitude};
}

Bounds::Bounds(const ErrorScale& scale, const AttentionCase& attention_case, std::int64_t columns)
    : columns_(static_cast<double>(columns)) {
  const ToleranceRule rule = tolerance_rule(attention_case.dtype);
  ErrorStats batch_error;
  for (const ErrorStats& stats : scale.plain_error) batch_error.merge(stats);
  for (std::size_t sequence = 0; sequence < scale.plain_error.size(); ++sequence) {
    const std::int64_t length = attention_case.lengths[sequence];
    const double elements = static_cast<double>(length) * columns_;
    const bool own = length >= rows_for_own_scale;
    const ErrorStats& plain = own ? scale.plain_error[sequence] : batch_error;
    const ErrorStats& magnitude = scale.magnitude[sequence];
    const double u = rule.unit_roundoff;
    const double logit_floor = logit_roundings * scale.logit_magnitude;
    const double reference_rms = std::sqrt(magnitude.sum_squares / elements);
    const double plain_rms = std::sqrt(scale.plain_error[sequence].sum_squares / elements);
    const double plain_row = std::sqrt(plain.max_row_sum_squares / columns_);
    const double no_bound = std::numeric_limits<double>::infinity();
    const bool enough_for_rms = own && elements >= static_cast<double>(elements_for_rms_rule);
    const bool enough_for_row = columns >= columns_for_row_rule;
    const double rms_floor = enough_for_row ? rule.rms_floor : std::max(rule.rms_floor, narrow_rms_floor);
    bounds_.push_back(
        {rule.max_factor * plain.max_abs + (rule.max_floor + logit_floor) * u * magnitude.max_abs,
         enough_for_rms ? rule.rms_factor * plain_rms + (rms_floor + logit_floor) * u * reference_rms : no_bound,
         enough_for_row ? rule.row_factor * plain_row + (rule.row_floor + logit_floor) * u * reference_rms : no_bound,
         elements});
  }
}

Margin Bounds::judge(const std::vector<ErrorStats>& errors, double slack) const {
  Margin worst;
  const auto consider = [&](const char* rule, std::size_t sequence, double error, double bound) {
    const double value = ratio(error, bound);
    if (value > worst.value || worst.rule.empty()) {
      worst = {value, error, bound, static_cast<std::int64_t>(sequence), rule};
    }
  };
  for (std::size_t sequence = 0; sequence < errors.size(); ++sequence) {
    const ErrorStats& stats = errors[sequence];
    if (stats.nonfinite > 0) {
      return {std::numeric_limits<double>::infinity(), stats.nonfinite, 0, static_cast<std::int64_t>(sequence),
              "non-finite"};
    }
    const SequenceBound& bound = bounds_[sequence];
    consider("max", sequence, stats.max_abs, slack * bound.max);
    consider("rms", sequence, std::sqrt(stats.sum_squares / bound.elements), slack * bound.rms);
    consider("row", sequence, std::sqrt(stats.max_row_sum_squares / columns_), slack * bound.row);
  }
  return worst;
}

}  // namespace attngate
