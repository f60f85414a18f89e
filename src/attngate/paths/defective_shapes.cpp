#include <algorithm>

#include "attngate/paths/known_issues.h"

namespace attngate {
namespace {

/// Every sequence but the last has length 1, and the last one too unless there is one head: fused nested SDPA then
/// takes the strides of the first sequence for those of the batch (docs/findings.md, nested-sdpa-length-one).
bool has_ambiguous_nested_strides(const AttentionCase& attention_case) {
  const std::vector<std::int64_t>& lengths = attention_case.lengths;
  const auto is_one = [](std::int64_t length) { return length == 1; };
  return lengths.size() > 1 && std::all_of(lengths.begin(), lengths.end() - 1, is_one) &&
         (lengths.back() == 1 || (attention_case.num_heads == 1 && lengths.back() > 1));
}

AttentionCase with_ambiguous_nested_strides(AttentionCase attention_case) {
  attention_case.head_dim = (attention_case.head_dim + 7) / 8 * 8;
  std::vector<std::int64_t>& lengths = attention_case.lengths;
  lengths.resize(std::max(lengths.size(), std::size_t{2}), 1);
  const std::int64_t last = attention_case.num_heads == 1 ? std::max(lengths.back(), std::int64_t{1}) : 1;
  std::fill(lengths.begin(), lengths.end(), 1);
  lengths.back() = last;
  attention_case.mask = MaskKind::padding;
  attention_case.layout = StorageLayout::packed;
  return attention_case;
}

}  // namespace

const std::vector<DefectiveShapes>& defective_shapes() {
  static const std::vector<DefectiveShapes> all = {
      {"ambiguous_nested_strides", has_ambiguous_nested_strides, with_ambiguous_nested_strides}};
  return all;
}

}  // namespace attngate
