#include "attngate/case/enumerators.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "attngate/base/printable.h"

namespace attngate {

void throw_unknown_name(std::string_view key, std::string_view text, const std::vector<std::string>& names) {
  throw CaseError(fmt::format("{}={}: must be {} or {}", key, printable(text),
                              fmt::join(names.begin(), names.end() - 1, ", "), names.back()));
}

}  // namespace attngate
