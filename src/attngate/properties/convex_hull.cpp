#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/full.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>

#include <limits>

#include "attngate/oracle/tolerance.h"
#include "attngate/properties/metamorphic.h"
#include "attngate/properties/parameters.h"
#include "attngate/properties/property_list.h"
#include "attngate/values/sequences.h"

namespace attngate {
namespace {

/// The least and the largest value that each token may get, [total_tokens, embed_dim] in fp64, and how far rounding may
/// carry a path beyond them.
struct Hull {
  at::Tensor least, largest, allowance;
};

/// Values as rows become, per token, the extreme ones among the visible keys of its sequence.
class VisibleKeys {
 public:
  explicit VisibleKeys(const CaseInputs& inputs) : inputs_(inputs) {
    const AttentionCase& attention_case = inputs.attention_case();
    shape_ = {attention_case.batch_size(), attention_case.max_length(), attention_case.embed_dim()};
    const std::vector<std::int64_t>& lengths = attention_case.lengths;
    std::vector<std::int64_t> sequences;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      sequences.insert(sequences.end(), static_cast<std::size_t>(lengths[i]), static_cast<std::int64_t>(i));
    }
    sequence_of_token_ = row_numbers(sequences, inputs.device());
  }

  at::Tensor least(const at::Tensor& rows) const { return per_token(at::amin(padded(rows, infinity), 1)); }
  at::Tensor largest(const at::Tensor& rows) const { return per_token(at::amax(padded(rows, -infinity), 1)); }

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();

  /// Rows in [batch, max_length, embed_dim], what no query sees filled. Masks by query and head hide more than that;
  /// the hull of all keys holds there as well, only less tightly.
  at::Tensor padded(const at::Tensor& rows, double filling) const {
    const at::Tensor result = at::full({shape_[0] * shape_[1], shape_[2]}, filling, rows.options())
                                  .index_copy_(0, inputs_.tight_row_of_token(), rows)
                                  .view(shape_);
    if (inputs_.key_padding_mask().defined()) {
      result.masked_fill_(inputs_.key_padding_mask().narrow(1, 0, shape_[1]).unsqueeze(-1), filling);
    }
    return result;
  }

  at::Tensor per_token(const at::Tensor& per_sequence) const {
    return at::index_select(per_sequence, 0, sequence_of_token_);
  }

  const CaseInputs& inputs_;
  std::vector<std::int64_t> shape_;
  at::Tensor sequence_of_token_;
};

/// Roundings to u of the largest magnitude on the way: projection, its bias, the weights and their sum (weights that
/// are rounded after they were divided sum to 1 within u), the output.
constexpr double roundings = 5;

/// Sums are kept in fp32 or better: each of its terms may round by 2^-24 of the sum of magnitudes.
constexpr double sum_roundoff = 0x1p-24;

Hull hull_of(const CaseInputs& inputs) {
  const MhaParameters& p = inputs.parameters();
  const at::Tensor tokens = inputs.tokens().to(at::kDouble);
  const at::Tensor weight = projection_of(p.in_proj_weight, Projection::value).to(at::kDouble).t();
  const at::Tensor bias = projection_of(p.in_proj_bias, Projection::value).to(at::kDouble);
  const at::Tensor products = at::matmul(tokens, weight);
  const at::Tensor values = products.add(bias);
  const at::Tensor magnitudes = at::matmul(tokens.abs(), weight.abs()).add(bias.abs());
  const AttentionCase& attention_case = inputs.attention_case();
  const auto terms = static_cast<double>(attention_case.embed_dim() + attention_case.max_length());
  const double u = tolerance_rule(attention_case.dtype).unit_roundoff;
  const VisibleKeys keys(inputs);
  const at::Tensor rounding = at::maximum(values.abs(), products.abs()).mul(roundings * u);
  return {keys.least(values), keys.largest(values), keys.largest(rounding.add(magnitudes, terms * sum_roundoff))};
}

std::vector<Variant> variants(const CaseInputs& base) {
  MhaParameters parameters = copy_of(base.parameters());
  copy_attention_to_output(parameters);
  const CaseInputs inputs = base.with_parameters(std::move(parameters));
  const Hull hull = hull_of(inputs);
  return {{.relation = "out projection left out: attention lies between the visible values",
           .inputs = inputs,
           .allowance = [hull](const at::Tensor&, const CaseInputs&) { return hull.allowance; },
           .nearest = [hull](const at::Tensor& rows) { return rows.to(at::kDouble).clamp(hull.least, hull.largest); }}};
}

}  // namespace

Property convex_hull_property() {
  return metamorphic_property(
      {.name = "convex_hull",
       .summary = "per head channel, attention lies between the least and the largest visible value",
       .variants = variants});
}

}  // namespace attngate
