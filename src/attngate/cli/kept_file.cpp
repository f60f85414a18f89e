#include "attngate/cli/kept_file.h"

#include <iostream>

#include "attngate/base/atomic_file.h"
#include "attngate/base/exit_code.h"
#include "attngate/base/results_error.h"

namespace attngate {

void KeptFile::write(const std::string& text) {
  if (!is_wanted()) return;
  try {
    write_atomically(path_, text);
    problem_.clear();
  } catch (const ResultsError& error) {
    problem_ = error.what();
  }
}

int KeptFile::tell(int code) const {
  if (problem_.empty()) return code;
  std::cerr << "attngate: failed: " << problem_ << '\n';
  return code_of_what_is_missing(code);
}

int code_of_what_is_missing(int code) {
  return code == exit_code::holds || code == exit_code::skipped ? exit_code::failed : code;
}

}  // namespace attngate
