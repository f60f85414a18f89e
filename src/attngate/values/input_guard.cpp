#include "attngate/values/input_guard.h"

#include <ATen/ops/equal.h>
#include <fmt/format.h>

namespace attngate {

InputGuard::InputGuard(const CaseInputs& inputs) : arena_(inputs.arena()), copy_(arena_.words().clone()) {}

std::string InputGuard::damage() const {
  if (at::equal(arena_.words(), copy_)) return {};
  const at::Tensor now = arena_.words().cpu(), before = copy_.cpu();
  const auto* now_byte = static_cast<const std::uint8_t*>(now.const_data_ptr());
  const auto* before_byte = static_cast<const std::uint8_t*>(before.const_data_ptr());
  std::int64_t first = -1, changed = 0;
  for (std::int64_t byte = 0; byte < static_cast<std::int64_t>(now.nbytes()); ++byte) {
    if (now_byte[byte] == before_byte[byte]) continue;
    if (changed++ == 0) first = byte;
  }
  return fmt::format("{} was written ({} bytes changed, this is the first)", arena_.describe(first), changed);
}

}  // namespace attngate
