#pragma once

#include <string>

#include "attngate/case/attention_case.h"

namespace attngate {

/// The text of the CaseError that the callable throws; "no CaseError" when it throws none.
template <typename Callable>
std::string message_of(const Callable& callable) {
  try {
    callable();
  } catch (const CaseError& error) {
    return error.what();
  }
  return "no CaseError";
}

}  // namespace attngate
