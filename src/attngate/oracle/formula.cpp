#include "attngate/oracle/formula.h"

#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>

namespace attngate {
namespace {

/// Attention on the padded form without extra padding; every product and sum rounds to `dtype` when it is stored.
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
    if (inputs_.tokens().size(0) == 0) return without_rows(with_weights);
    const MhaParameters& p = inputs_.parameters();
    const at::Tensor packed = pad(project(inputs_.tokens(), p.in_proj_weight, p.in_proj_bias));
    const at::Tensor split = packed.view({batch_, length_, 3, heads_, head_dim_}).permute({2, 0, 3, 1, 4});
    at::Tensor logits = at::matmul(split[0].mul(scale()), split[1].transpose(-2, -1));
    FormulaResult result;
    if (dtype_ == at::kDouble && has_large_logits()) {
      result.logit_magnitude = at::matmul(split[0].abs().mul_(scale()), split[1].abs().transpose(-2, -1)).amax();
    }
    if (const at::Tensor hidden = hidden_keys(); hidden.defined()) {
      logits.masked_fill_(hidden, -std::numeric_limits<double>::infinity());
    }
    const at::Tensor probabilities = at::softmax(logits, -1);
    const at::Tensor attention = at::matmul(probabilities, split[2]).transpose(1, 2);
    result.output =
        project(unpad(attention.reshape({batch_ * length_, heads_ * head_dim_})), p.out_proj_weight, p.out_proj_bias);
    if (with_weights) {
      result.weights = unpad(probabilities.mean(1).reshape({batch_ * length_, length_}));
    }
    return result;
  }

 private:
  /// An empty batch, or sequences of length 0 only.
  FormulaResult without_rows(bool with_weights) const {
    FormulaResult result;
    result.output = inputs_.tokens().to(dtype_);
    if (with_weights) result.weights = result.output.new_empty({0, length_});
    return result;
  }

  bool has_large_logits() const {
    const ValueProfile values = inputs_.attention_case().values;
    return values != ValueProfile::normal && values != ValueProfile::tiny;
  }

  bool is_ragged() const { return inputs_.tokens().size(0) != batch_ * length_; }

  bool is_half() const { return dtype_ == at::kHalf || dtype_ == at::kBFloat16; }

  /// In half precision the product is taken in fp32 and rounded, then the bias is added and rounded: the roundings of a
  /// half product with fp32 sums. cuBLASLt's choice of a kernel for a half shape that it has not seen costs 230 us on
  /// an H200, for an fp32 shape 26 us; every case brings new shapes.
  at::Tensor project(const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& bias) const {
    const at::ScalarType product_dtype = is_half() ? at::kFloat : dtype_;
    return at::matmul(rows.to(product_dtype), weight.to(product_dtype).t()).to(dtype_).add_(bias.to(dtype_));
  }

  at::Tensor pad(const at::Tensor& rows) const {
    if (!is_ragged()) return rows;
    return at::zeros({batch_ * length_, rows.size(1)}, rows.options())
        .index_copy_(0, inputs_.tight_row_of_token(), rows);
  }

  at::Tensor unpad(const at::Tensor& rows) const {
    return is_ragged() ? at::index_select(rows, 0, inputs_.tight_row_of_token()) : rows;
  }

  /// True where a key is hidden from a query, to be broadcast to [batch, num_heads, length, length]; undefined where
  /// none is. Rows of padded queries may hide every key: they are NaN, and dropped with the padding.
  at::Tensor hidden_keys() const {
    const auto tight = [&](const at::Tensor& mask, std::int64_t dim) { return mask.narrow(dim, 0, length_); };
    switch (inputs_.attention_case().mask) {
      case MaskKind::none:
        return {};
      case MaskKind::padding:
        if (!is_ragged()) return {};
        [[fallthrough]];
      case MaskKind::holes:
        return tight(inputs_.key_padding_mask(), 1).unsqueeze(1).unsqueeze(1);
      // Padding comes behind the valid keys: a valid query does not see it.
      case MaskKind::causal:
      case MaskKind::two_d:
        return tight(tight(inputs_.attention_mask(), 0), 1);
      case MaskKind::four_d:
        return tight(tight(inputs_.attention_mask(), 2), 3);
    }
    throw CaseError("mask: no such enumerator");
  }

  /// 1/sqrt(head_dim) as the dtype holds it: the unfused fast path multiplies by the rounded number.
  double scale() const {
    const double exact = 1.0 / std::sqrt(static_cast<double>(head_dim_));
    switch (dtype_) {
      case at::kHalf:
        return static_cast<double>(static_cast<float>(c10::Half(static_cast<float>(exact))));
      case at::kBFloat16:
        return static_cast<double>(static_cast<float>(c10::BFloat16(static_cast<float>(exact))));
      default:
        return exact;
    }
  }

  const CaseInputs& inputs_;
  at::ScalarType dtype_;
  std::int64_t batch_, length_, heads_, head_dim_;
};

}  // namespace

double number_of(const at::Tensor& tensor) { return tensor.defined() ? tensor.item<double>() : 0; }

FormulaResult reference_fp64(const CaseInputs& inputs, bool with_weights) {
  return Formula(inputs, at::kDouble).run(with_weights);
}

FormulaResult plain_formula(const CaseInputs& inputs, bool with_weights) {
  return Formula(inputs, scalar_type(inputs.attention_case().dtype)).run(with_weights);
}

Truth truth_of(const CaseInputs& inputs) {
  FormulaResult reference = reference_fp64(inputs, false);
  return {std::move(reference.output), plain_formula(inputs, false).output, std::move(reference.logit_magnitude)};
}

}  // namespace attngate
