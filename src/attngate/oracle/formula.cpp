#include "attngate/oracle/formula.h"

#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>

namespace attngate {
namespace {

/// Attention on the tight padded form; every product and sum rounds to `dtype` when it is stored.
class Formula {
 public:
  Formula(const CaseInputs& inputs, at::ScalarType dtype)
      : inputs_(inputs),
        dtype_(dtype),
        batch_(inputs.attention_case().batch_size()),
        length_(inputs.attention_case().max_length()),
        heads_(inputs.attention_case().num_heads),
        head_dim_(inputs.attention_case().head_dim) {}

  FormulaResult run(bool with_weights) const {
    const MhaParameters& p = inputs_.parameters();
    const at::Tensor packed = pad(project(inputs_.tokens().to(dtype_), p.in_proj_weight, p.in_proj_bias));
    const at::Tensor split = packed.view({batch_, length_, 3, heads_, head_dim_}).permute({2, 0, 3, 1, 4});
    at::Tensor logits = at::matmul(split[0].mul(scale()), split[1].transpose(-2, -1));
    if (is_ragged()) logits.masked_fill_(padded_keys(), -std::numeric_limits<double>::infinity());
    const at::Tensor probabilities = at::softmax(logits, -1);
    const at::Tensor attention = at::matmul(probabilities, split[2]).transpose(1, 2);
    FormulaResult result;
    result.output = project(unpad(attention.reshape({batch_ * length_, heads_ * head_dim_})),
                            p.out_proj_weight, p.out_proj_bias);
    if (with_weights) {
      result.weights = unpad(probabilities.mean(1).reshape({batch_ * length_, length_}));
    }
    return result;
  }

 private:
  bool is_ragged() const { return inputs_.tokens().size(0) != batch_ * length_; }

  at::Tensor project(const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& bias) const {
    return at::matmul(rows, weight.to(dtype_).t()).add_(bias.to(dtype_));
  }

  at::Tensor pad(const at::Tensor& rows) const {
    if (!is_ragged()) return rows;
    return at::zeros({batch_ * length_, rows.size(1)}, rows.options())
        .index_copy_(0, inputs_.tight_row_of_token(), rows);
  }

  at::Tensor unpad(const at::Tensor& rows) const {
    return is_ragged() ? at::index_select(rows, 0, inputs_.tight_row_of_token()) : rows;
  }

  at::Tensor padded_keys() const {
    return inputs_.key_padding_mask().narrow(1, 0, length_).view({batch_, 1, 1, length_});
  }

  /// 1/sqrt(head_dim) as the dtype holds it: the unfused fast path multiplies by the rounded number.
  double scale() const {
    const double exact = 1.0 / std::sqrt(static_cast<double>(head_dim_));
    switch (dtype_) {
      case at::kHalf: return static_cast<double>(static_cast<float>(c10::Half(static_cast<float>(exact))));
      case at::kBFloat16:
        return static_cast<double>(static_cast<float>(c10::BFloat16(static_cast<float>(exact))));
      default: return exact;
    }
  }

  const CaseInputs& inputs_;
  at::ScalarType dtype_;
  std::int64_t batch_, length_, heads_, head_dim_;
};

}  // namespace

FormulaResult reference_fp64(const CaseInputs& inputs, bool with_weights) {
  return Formula(inputs, at::kDouble).run(with_weights);
}

FormulaResult plain_formula(const CaseInputs& inputs, bool with_weights) {
  return Formula(inputs, scalar_type(inputs.attention_case().dtype)).run(with_weights);
}

}  // namespace attngate
