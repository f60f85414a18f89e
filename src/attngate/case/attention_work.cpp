#include "attngate/case/attention_work.h"

#include <stdexcept>

namespace attngate {
namespace {

// In double throughout: the products of the largest sizes leave int64.
double as_double(std::int64_t number) { return static_cast<double>(number); }

std::vector<std::int64_t> worked_lengths(const AttentionCase& attention_case, InputForm form) {
  if (form == InputForm::nested) return attention_case.lengths;
  return std::vector<std::int64_t>(attention_case.lengths.size(), attention_case.padded_length());
}

double sum_of(const std::vector<std::int64_t>& lengths) {
  double sum = 0;
  for (const std::int64_t length : lengths) sum += as_double(length);
  return sum;
}

double scores_of(const AttentionCase& attention_case, const std::vector<std::int64_t>& lengths) {
  double scores = 0;
  for (const std::int64_t length : lengths) {
    const double side = as_double(length);
    scores += attention_case.mask == MaskKind::causal ? side * (side + 1) / 2 : side * side;
  }
  return scores;
}

double mask_bytes(const AttentionCase& attention_case, InputForm form) {
  if (form == InputForm::nested) return 0;
  const double batch = as_double(attention_case.batch_size());
  const double length = as_double(attention_case.padded_length());
  switch (attention_case.mask) {
    case MaskKind::padding:
    case MaskKind::holes:
      return batch * length;
    case MaskKind::two_d:
      return length * length;
    case MaskKind::four_d:
      return batch * as_double(attention_case.num_heads) * length * length;
    case MaskKind::none:
    case MaskKind::causal:
      return 0;
  }
  throw std::invalid_argument("no such MaskKind");
}

}  // namespace

std::int64_t bytes_of(DType dtype) { return dtype == DType::fp32 ? 4 : 2; }

AttentionWork sdpa_work(std::int64_t heads, std::int64_t head_dim, DType dtype,
                        const std::vector<SequenceShape>& sequences) {
  const double embed_dim = as_double(heads) * as_double(head_dim);
  double scores = 0;
  double rows = 0;
  for (const auto& [queries, keys] : sequences) {
    scores += as_double(queries) * as_double(keys);
    rows += 2 * (as_double(queries) + as_double(keys));
  }
  return {.flops = 4 * embed_dim * scores, .bytes = as_double(bytes_of(dtype)) * embed_dim * rows};
}

AttentionWork sdpa_work(const AttentionCase& attention_case, InputForm form) {
  const std::vector<std::int64_t> lengths = worked_lengths(attention_case, form);
  const double embed_dim = as_double(attention_case.embed_dim());
  return {.flops = 4 * embed_dim * scores_of(attention_case, lengths),
          .bytes = as_double(bytes_of(attention_case.dtype)) * 4 * embed_dim * sum_of(lengths) +
                   mask_bytes(attention_case, form)};
}

AttentionWork mha_work(const AttentionCase& attention_case, InputForm form) {
  const double tokens = sum_of(worked_lengths(attention_case, form));
  const double embed_dim = as_double(attention_case.embed_dim());
  const double length = as_double(attention_case.padded_length());
  const double weights = attention_case.need_weights ? as_double(attention_case.batch_size()) * length * length : 0;
  const double numbers = 2 * tokens * embed_dim + 4 * embed_dim * embed_dim + 4 * embed_dim + weights;
  return {.flops = sdpa_work(attention_case, form).flops + 8 * tokens * embed_dim * embed_dim,
          .bytes = as_double(bytes_of(attention_case.dtype)) * numbers + mask_bytes(attention_case, form)};
}

}  // namespace attngate
