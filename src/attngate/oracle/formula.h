#pragma once

#include "attngate/values/case_inputs.h"

namespace attngate {

/// Multi-head self-attention written out in plain operators.
struct FormulaResult {
  at::Tensor output;   ///< [total_tokens, embed_dim]
  at::Tensor weights;  ///< averaged over heads, [total_tokens, max_length]; undefined unless asked for
  /// Largest sum of magnitudes, |q_1 k_1| + |q_2 k_2| + ..., behind a logit, scaled as the logit is; fp64 []. Of the
  /// reference only, where the value profile makes logits large; else undefined.
  at::Tensor logit_magnitude;
};

/// A tensor of one number on the host, waiting for the device; 0 for an undefined one.
double number_of(const at::Tensor& tensor);

/// The truth: fp64 throughout, valid rows only, no SDPA and no nested tensor. Takes every mask, lengths of 0, an empty
/// batch, and whatever parameters the inputs hold.
///
/// Source of the formula: Vaswani et al., "Attention is all you need", 2017, section 3.2.
FormulaResult reference_fp64(const CaseInputs& inputs, bool with_weights);

/// The same formula in the case's dtype, rounded wherever a legitimate path may round:
/// projection before and after its bias, 1/sqrt(head_dim), scaled query, logits, probabilities, heads.
///
/// Its error is the scale that a path's error is measured against, see tolerance.h.
FormulaResult plain_formula(const CaseInputs& inputs, bool with_weights);

/// What the rows of one case are in truth, and what the plain formula makes of them: its error is the error scale.
struct Truth {
  at::Tensor reference;        ///< fp64 [total_tokens, columns]
  at::Tensor plain;            ///< same shape, in the case's dtype
  at::Tensor logit_magnitude;  ///< as FormulaResult::logit_magnitude
};

/// The outputs of both formulas.
Truth truth_of(const CaseInputs& inputs);

}  // namespace attngate
