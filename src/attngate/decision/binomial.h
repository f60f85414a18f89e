#pragma once

#include <cstddef>

namespace attngate {

/// P(X >= count) for X from Binomial(trials, probability), exact to double precision.
///
/// Throws std::invalid_argument for a probability outside [0, 1].
double binomial_upper_tail(std::size_t count, std::size_t trials, double probability);

/// The smallest count with binomial_upper_tail(count, trials, probability) <= alpha; trials + 1 where there is none.
///
/// Throws std::invalid_argument for alpha outside (0, 1), or as binomial_upper_tail does.
std::size_t critical_count(std::size_t trials, double probability, double alpha);

/// An interval of proportions.
struct ProportionInterval {
  double lower = 0;
  double upper = 1;
};

/// The Clopper-Pearson interval of a proportion: contains it with at least the confidence, whatever it is.
///
/// Source: Clopper, Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
/// Biometrika 26 (1934). Without trials it is [0, 1]. Throws std::invalid_argument for more successes than trials or a
/// confidence outside (0, 1).
ProportionInterval clopper_pearson(std::size_t successes, std::size_t trials, double confidence);

}  // namespace attngate
