#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "attngate/samples/samples.h"
#include "attngate/samples/stopping_rule.h"

namespace attngate {

/// What is there behind a round.
struct RoundsSoFar {
  std::uint64_t rounds = 0;
  /// Time in s since the first round began.
  double seconds = 0;
  /// Of each operator one sample a round, as far as it took part.
  std::span<const std::vector<Sample>> samples;
};

/// Decides when sampling ends. One object decides for one set of samples. FixedRounds and SettledRatios are there;
/// write your own where neither fits.
class StoppingCriterion {
 public:
  virtual ~StoppingCriterion() = default;
  /// Asked behind each round, the first one included: is this enough?
  virtual bool ends(const RoundsSoFar& so_far) = 0;
};

/// Ends behind a number of rounds that was fixed before the first one: whatever they show, so that tests keep their
/// level.
class FixedRounds : public StoppingCriterion {
 public:
  explicit FixedRounds(std::uint64_t rounds) : rounds_(rounds) {}
  bool ends(const RoundsSoFar& so_far) override { return so_far.rounds >= rounds_; }

 private:
  std::uint64_t rounds_;
};

/// One operator's times over another's; both are positions among the operators.
struct RatioOf {
  std::size_t over = 0;
  std::size_t under = 0;
};

/// Ends once each ratio is known as well as the rule asks for, or where the rule's patience is over. With no ratio to
/// be known, behind the rule's least rounds.
class SettledRatios : public StoppingCriterion {
 public:
  SettledRatios(const StoppingRule& rule, std::vector<RatioOf> ratios);
  bool ends(const RoundsSoFar& so_far) override;

  /// The ratios behind the last round; empty for one whose operators did not take part in the same rounds.
  const std::vector<std::optional<RatioEstimate>>& estimates() const { return estimates_; }

 private:
  bool is_out_of_patience(const RoundsSoFar& so_far) const;
  bool are_narrow() const;

  StoppingRule rule_;
  std::vector<RatioOf> ratios_;
  std::vector<std::optional<RatioEstimate>> estimates_;
  std::uint64_t next_estimate_;
};

}  // namespace attngate
