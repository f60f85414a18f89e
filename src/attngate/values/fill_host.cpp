#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include "attngate/values/fill.h"

namespace attngate {
namespace {

template <typename Number>
void fill_rows(const FillRequest& request) {
  const std::int64_t blocks = (request.columns + channels_per_block - 1) / channels_per_block;
  for (std::int64_t row = 0; row < request.rows; ++row) {
    for (std::int64_t block = 0; block < blocks; ++block) fill_block<Number>(request, row, block);
  }
}

}  // namespace

void fill_on_host(const FillRequest& request) {
  switch (request.dtype) {
    case DType::fp16: return fill_rows<c10::Half>(request);
    case DType::bf16: return fill_rows<c10::BFloat16>(request);
    case DType::fp32: return fill_rows<float>(request);
  }
}

}  // namespace attngate
