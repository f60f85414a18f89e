#pragma once

#include <string>
#include <vector>

#include "attngate/case/attention_case.h"
#include "attngate/oracle/error_stats.h"

namespace attngate {

/// How large an error may be, per dtype, in terms of the plain formula's error e_p and of the reference y.
///
/// A sequence passes when, with u = 2^-11 (fp16), 2^-8 (bf16) or 2^-23 (fp32),
///   max|e|           <= max_factor * max|e_p|       + max_floor * u * max|y|
///   rms(e)           <= rms_factor * rms(e_p)       + rms_floor * u * rms(y)
///   worst row rms(e) <= row_factor * worst row (e_p) + row_floor * u * rms(y)
/// Derivation and calibration: docs/oracle.md.
struct ToleranceRule {
  double unit_roundoff;  ///< u
  double max_factor, rms_factor, row_factor;
  double max_floor, rms_floor, row_floor;
};

/// The rule of a dtype; the only place where tolerances are written down.
ToleranceRule tolerance_rule(DType dtype);

/// Two paths may differ by sqrt(2) times what each may differ from the reference: independent errors add in squares.
extern const double pair_slack;

/// Sequences of fewer rows borrow the plain formula's error from the whole batch: they are too short to see a typical
/// error in.
extern const std::int64_t rows_for_own_scale;

/// An average needs enough to average: the rms rule judges sequences with their own scale and so many elements,
/// the row rule rows of so many columns. The max rule judges everything. Measured, see docs/oracle.md.
extern const std::int64_t elements_for_rms_rule;
extern const std::int64_t columns_for_row_rule;

/// Where logits are large, a unit roundoff of the largest sum |q_1 k_1| + |q_2 k_2| + ... behind one joins every floor:
/// such a sum is what a logit's products are rounded in proportion to, however much of it cancels. A logit that is off
/// by d moves its probability by a factor of 1 + d, and a sharp softmax of a few keys can leave the plain formula's own
/// error at zero by luck. Seen in fp32 with logits in the hundreds: 3.5 times the bound without this term, 1.19 times
/// with the largest logit in place of the sum (1 case in 36,000), see docs/oracle.md.
extern const double logit_roundings;

/// Half precision, rows narrower than columns_for_row_rule: the rms rule's floor. Rows of a softmax that is nearly
/// uniform are nearly the same, so that what is rounded on the way to one is rounded the same way in all of them, and
/// only columns average: three roundings of u / 2 (probabilities, their product with the values, projection) may add
/// up. Seen in bf16 with two columns: 1.16 times the bound with rms_floor (1 case in 36,000).
extern const double narrow_rms_floor;

/// How far one tensor is from its bound on one case.
struct Margin {
  double value = 0;           ///< worst error / bound over sequences and rules; infinity for NaN or Inf
  double error = 0;           ///< the error that decided
  double bound = 0;           ///< its bound
  std::int64_t sequence = 0;  ///< the sequence that decided
  std::string rule;           ///< "max", "rms", "row" or "non-finite"

  bool holds() const { return value <= 1; }
};

/// What the bounds of one case are made of.
struct ErrorScale {
  std::vector<ErrorStats> plain_error;  ///< the plain formula's, per sequence
  std::vector<ErrorStats> magnitude;    ///< the reference's, per sequence
  double logit_magnitude = 0;           ///< as in FormulaResult; 0 where logits are ordinary
};

/// The scale of `whole` by that of `part`, some of its sequences: each sequence may show what is, in every respect, the
/// worst of those. `columns` is the width of the rows.
ErrorScale extended(const ErrorScale& scale, const AttentionCase& part, const AttentionCase& whole,
                    std::int64_t columns);

/// The bounds of one case by the rule of its dtype, made once.
class Bounds {
 public:
  /// `columns` is the width of the compared rows.
  Bounds(const ErrorScale& scale, const AttentionCase& attention_case, std::int64_t columns);

  /// The worst margin of these errors; `slack` widens every bound.
  Margin judge(const std::vector<ErrorStats>& errors, double slack = 1) const;

 private:
  struct SequenceBound {
    double max, rms, row;
    double elements;
  };
  double columns_;
  std::vector<SequenceBound> bounds_;
};

}  // namespace attngate
