#pragma once

#include <cstdint>

#include "attngate/values/case_inputs.h"

namespace attngate::faults {

/// Numbers from the generators of other people's tests: standard normal tokens, uniform parameters. Drawn on the CPU,
/// so that every device gets the same.
class StandardNormal {
 public:
  StandardNormal(at::Device device, std::uint64_t seed) : device_(device), seed_(seed) {}

  /// Inputs of the case with standard normal tokens, zeros in padded positions, no NaN around them, and these
  /// parameters.
  ///
  /// Tokens are the begin of one stream: the programs draw each batch from the same seed.
  CaseInputs inputs(const AttentionCase& attention_case, MhaParameters parameters);

  /// Parameters as torch.nn.MultiheadAttention initialises them: in-projection uniform within
  /// sqrt(6 / (4 * embed_dim)) (Xavier), out-projection within 1 / sqrt(embed_dim), biases 0.
  MhaParameters attention_parameters(const AttentionCase& attention_case) const;

  /// Parameters as two torch.nn.Linear initialise theirs: everything uniform within 1 / sqrt(embed_dim).
  MhaParameters linear_parameters(const AttentionCase& attention_case) const;

 private:
  MhaParameters parameters(const AttentionCase& attention_case, double in_bound, double bias_bound) const;
  at::Tensor numbers(std::int64_t count, at::ScalarType dtype);

  at::Device device_;
  std::uint64_t seed_;
  at::Tensor stream_;  ///< on the device, grown when a case needs more
};

}  // namespace attngate::faults
