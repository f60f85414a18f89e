#pragma once

#include <string>

namespace attngate::test {

/// What the Error says that the callable throws; "accepted" when it throws none.
template <typename Error, typename Callable>
std::string refusal_by(const Callable& callable) {
  try {
    callable();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace attngate::test
