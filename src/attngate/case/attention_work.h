#pragma once

#include <cstdint>
#include <vector>

#include "attngate/case/attention_case.h"

namespace attngate {

/// What a path works on.
enum class InputForm {
  nested,  ///< the tokens alone
  padded   ///< every sequence as long as the padded input
};

/// The least that an operator does, whatever its implementation: divided by its time, never more than what the device
/// really reached.
struct AttentionWork {
  /// Multiplications and additions of the matrix products. Softmax, scaling and biases are left out, as they are from
  /// the rate of a matrix product that it is compared with.
  double flops = 0;
  /// Bytes that are read or written once: inputs, parameters, masks and outputs, nothing in between.
  double bytes = 0;
  bool operator==(const AttentionWork&) const = default;
};

/// One sequence of scaled dot product attention: self-attention where the two are equal, decoding with one query.
struct SequenceShape {
  std::int64_t queries = 0;
  std::int64_t keys = 0;
};

/// Bytes of one number: 2, 2 or 4.
std::int64_t bytes_of(DType dtype);

/// Scaled dot product attention of sequences without a mask, with E = heads * head_dim.
///
///     flops = 4 E sum(Lq Lk)              (a score takes head_dim multiplications and as many additions for each head,
///                                          a value's share in the output the same)
///     bytes = size (2 E sum(Lq) + 2 E sum(Lk))   (q and output, k and v)
AttentionWork sdpa_work(std::int64_t heads, std::int64_t head_dim, DType dtype,
                        const std::vector<SequenceShape>& sequences);

/// The same for a case: its lengths when nested, else its padded length for every sequence.
///
/// A causal mask needs L (L + 1) / 2 of the L^2 scores. No other mask saves work, as kernels do not skip what a mask
/// of values hides. A padded input's mask is read once, one byte an element: B T for padding and holes, T^2 for 2d, B
/// H T^2 for 4d; none for causal, which takes no values. Nested input has no mask beside its lengths.
AttentionWork sdpa_work(const AttentionCase& attention_case, InputForm form);

/// Multi-head attention: sdpa_work's products and the projections of q, k, v and output.
///
///     flops = sdpa flops + 8 N E^2              (N tokens by four matrices of E^2, two flops each)
///     bytes = size (2 N E + 4 E^2 + 4 E) + mask (input and output, parameters), with the averaged weights, B T^2
///             numbers, if the case asks for them
AttentionWork mha_work(const AttentionCase& attention_case, InputForm form);

}  // namespace attngate
