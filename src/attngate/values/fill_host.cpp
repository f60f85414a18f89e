#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include "attngate/values/fill.h"
#include "attngate/values/mask.h"

namespace attngate {
namespace {

template <typename Number>
void fill_rows(const std::vector<FillRequest>& requests) {
  for (const FillRequest& request : requests) {
    const std::int64_t blocks = (request.columns + channels_per_block - 1) / channels_per_block;
    for (std::int64_t row = 0; row < request.rows; ++row) {
      for (std::int64_t block = 0; block < blocks; ++block) fill_block<Number>(request, row, block);
    }
  }
}

}  // namespace

void fill_on_host(const std::vector<FillRequest>& requests, DType dtype) {
  switch (dtype) {
    case DType::fp16:
      return fill_rows<c10::Half>(requests);
    case DType::bf16:
      return fill_rows<c10::BFloat16>(requests);
    case DType::fp32:
      return fill_rows<float>(requests);
  }
}

void mask_on_host(const MaskRequest& request) {
  for (std::int64_t row = 0; row < request.rows(); ++row) {
    for (std::int64_t block = 0; block < request.blocks_per_row(); ++block) fill_mask_block(request, row, block);
  }
}

}  // namespace attngate
