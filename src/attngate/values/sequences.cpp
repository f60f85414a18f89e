#include "attngate/values/sequences.h"

#include <ATen/ops/empty.h>

#include <algorithm>

namespace attngate {

at::Tensor row_numbers(const std::vector<std::int64_t>& rows, at::Device device) {
  // Pinned, so that the copy does not wait for the device.
  const at::Tensor host =
      at::empty({static_cast<std::int64_t>(rows.size())}, at::TensorOptions(at::kLong).pinned_memory(device.is_cuda()));
  std::ranges::copy(rows, host.data_ptr<std::int64_t>());
  return host.to(device, /*non_blocking=*/true);
}

std::vector<std::int64_t> first_rows(const AttentionCase& attention_case) {
  std::vector<std::int64_t> rows = {0};
  for (const std::int64_t length : attention_case.lengths) rows.push_back(rows.back() + length);
  return rows;
}

CaseInputs sequences_of(const CaseInputs& batch, const std::vector<std::int64_t>& sources) {
  AttentionCase attention_case = batch.attention_case();
  ValueKeys keys;
  attention_case.lengths.clear();
  for (const std::int64_t source : sources) {
    attention_case.lengths.push_back(batch.attention_case().lengths[static_cast<std::size_t>(source)]);
    keys.sequence.push_back(static_cast<std::int32_t>(source));
  }
  return {attention_case, batch.device(), keys};
}

std::vector<std::int64_t> rows_of_sequences(const AttentionCase& attention_case,
                                            const std::vector<std::int64_t>& sources) {
  const std::vector<std::int64_t> first = first_rows(attention_case);
  std::vector<std::int64_t> rows;
  for (const std::int64_t source : sources) {
    const auto sequence = static_cast<std::size_t>(source);
    for (std::int64_t row = first[sequence]; row < first[sequence + 1]; ++row) rows.push_back(row);
  }
  return rows;
}

bool has_padding(const AttentionCase& attention_case) {
  return attention_case.total_tokens() < attention_case.batch_size() * attention_case.padded_length();
}

AttentionCase two_or_more_sequences(AttentionCase attention_case) {
  std::vector<std::int64_t>& lengths = attention_case.lengths;
  if (lengths.size() == 1) {
    // mask=none and 2d need equal lengths.
    const bool ragged = attention_case.mask != MaskKind::none && attention_case.mask != MaskKind::two_d;
    lengths.push_back(ragged ? (lengths.front() + 1) / 2 : lengths.front());
  }
  if (attention_case.layout == StorageLayout::expanded) attention_case.layout = StorageLayout::packed;
  return attention_case;
}

std::string why_not_two_sequences(const AttentionCase& attention_case) {
  if (attention_case.batch_size() < 2) return "needs two sequences";
  if (attention_case.layout == StorageLayout::expanded) return "layout=expanded: all sequences are the same one";
  return "";
}

}  // namespace attngate
