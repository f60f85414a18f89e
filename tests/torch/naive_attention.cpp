#include "naive_attention.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensors.h"

namespace attngate {
namespace {

using Numbers = std::vector<double>;

/// rows x^T w + b, with w [outputs, inputs].
Numbers linear(const Numbers& x, std::size_t inputs, const Numbers& w, const Numbers& b) {
  const std::size_t rows = x.size() / inputs, outputs = b.size();
  Numbers y(rows * outputs);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t out = 0; out < outputs; ++out) {
      double sum = b[out];
      for (std::size_t in = 0; in < inputs; ++in) sum += x[row * inputs + in] * w[out * inputs + in];
      y[row * outputs + out] = sum;
    }
  }
  return y;
}

Numbers softmax(Numbers logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (double& logit : logits) sum += (logit = std::exp(logit - largest));
  for (double& logit : logits) logit /= sum;
  return logits;
}

/// Which keys each query sees, read off the masks of the inputs.
class Visibility {
 public:
  explicit Visibility(const CaseInputs& inputs)
      : mask_(inputs.attention_case().mask),
        heads_(static_cast<std::size_t>(inputs.attention_case().num_heads)),
        columns_(static_cast<std::size_t>(inputs.attention_case().padded_length())) {
    if (inputs.key_padding_mask().defined()) key_padding_ = numbers(inputs.key_padding_mask());
    if (inputs.attention_mask().defined()) attention_ = numbers(inputs.attention_mask());
  }

  bool sees(std::size_t sequence, std::size_t head, std::size_t query, std::size_t key) const {
    if (mask_ == MaskKind::causal) return key <= query;
    if (mask_ == MaskKind::holes) return key_padding_[sequence * columns_ + key] == 0;
    if (mask_ == MaskKind::two_d) return attention_[query * columns_ + key] == 0;
    if (mask_ == MaskKind::four_d) {
      return attention_[((sequence * heads_ + head) * columns_ + query) * columns_ + key] == 0;
    }
    return true;
  }

 private:
  MaskKind mask_;
  std::size_t heads_, columns_;
  Numbers key_padding_, attention_;
};

}  // namespace

NaiveAttention naive_attention(const CaseInputs& inputs, const Fault& fault) {
  const AttentionCase& c = inputs.attention_case();
  const MhaParameters& p = inputs.parameters();
  const auto embed_dim = static_cast<std::size_t>(c.embed_dim()), head_dim = static_cast<std::size_t>(c.head_dim);
  const auto heads = static_cast<std::size_t>(c.num_heads), columns = static_cast<std::size_t>(c.padded_length());
  const auto tokens = static_cast<std::size_t>(c.total_tokens());
  const Numbers packed =
      linear(numbers(inputs.tokens()), embed_dim, numbers(p.in_proj_weight), numbers(p.in_proj_bias));
  const auto at = [&](std::size_t row, std::size_t part, std::size_t head, std::size_t channel) {
    return packed[row * 3 * embed_dim + part * embed_dim + head * head_dim + channel];
  };
  const double scale = fault.scale_factor / std::sqrt(static_cast<double>(head_dim));
  NaiveAttention result;
  result.weights.assign(tokens * columns, 0.0);
  Numbers joined(tokens * embed_dim, 0.0);
  const Visibility visibility(inputs);
  std::size_t first = 0;
  for (std::size_t sequence = 0; sequence < c.lengths.size(); ++sequence) {
    const auto length = static_cast<std::size_t>(c.lengths[sequence]);
    const std::size_t keys = fault.drop_last_key && length > 1 ? length - 1 : length;
    for (std::size_t query = first; query < first + length; ++query) {
      for (std::size_t head = 0; head < heads; ++head) {
        Numbers logits(keys, 0.0);
        for (std::size_t key = 0; key < keys; ++key) {
          for (std::size_t i = 0; i < head_dim; ++i) logits[key] += at(query, 0, head, i) * at(first + key, 1, head, i);
          logits[key] *= scale;
          if (!visibility.sees(sequence, head, query - first, key)) {
            logits[key] = -std::numeric_limits<double>::infinity();
          }
        }
        const Numbers probabilities = softmax(logits);
        const std::size_t place = fault.reverse_heads ? heads - 1 - head : head;
        for (std::size_t key = 0; key < keys; ++key) {
          result.weights[query * columns + key] += probabilities[key] / static_cast<double>(heads);
          for (std::size_t i = 0; i < head_dim; ++i) {
            joined[query * embed_dim + place * head_dim + i] += probabilities[key] * at(first + key, 2, head, i);
          }
        }
      }
    }
    first += length;
  }
  result.output = linear(joined, embed_dim, numbers(p.out_proj_weight), numbers(p.out_proj_bias));
  return result;
}

at::Tensor tensor_of(const std::vector<double>& numbers, std::int64_t columns, at::ScalarType dtype,
                     at::Device device) {
  const at::Tensor host = at::empty({static_cast<std::int64_t>(numbers.size()) / columns, columns}, at::kDouble);
  std::copy(numbers.begin(), numbers.end(), host.data_ptr<double>());
  return host.to(device, dtype);
}

}  // namespace attngate
