#pragma once

#include "attngate/case/attention_case.h"

namespace attngate {

/// The numbers behind a ValueProfile; all are exact in every dtype.
struct ProfileNumbers {
  /// On the tokens: a power of two, so their 8 significant bits stay.
  float token_factor = 1;
  /// On one channel of the tokens; 1 for none.
  float outlier_factor = 1;
  /// Query biases are +bias and key biases -bias; 0 for random ones.
  float opposed_bias = 0;
};

/// The numbers of a case's profile.
ProfileNumbers profile_numbers(const AttentionCase& attention_case);

/// The channel that values=outlier enlarges, chosen by the seed.
std::int64_t outlier_channel(const AttentionCase& attention_case);

}  // namespace attngate
