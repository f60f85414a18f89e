#include "attngate/cli/kept_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "attngate/base/atomic_file.h"
#include "attngate/base/exit_code.h"
#include "attngate/base/results_error.h"

namespace attngate {

/// Standard output, which nobody else prints to any more.
class KeptFile::TakenOutput {
 public:
  TakenOutput() {
    std::cout.flush();
    std::fflush(stdout);
    descriptor_ = ::dup(STDOUT_FILENO);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
  }
  ~TakenOutput() { ::close(descriptor_); }
  TakenOutput(const TakenOutput&) = delete;
  TakenOutput& operator=(const TakenOutput&) = delete;

  /// Why it could not be written; empty where it was.
  std::string write(const std::string& text) const {
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t count = ::write(descriptor_, text.data() + done, text.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return std::string("standard output cannot be written: ") + std::strerror(errno);
      done += static_cast<std::size_t>(count);
    }
    return "";
  }

 private:
  int descriptor_ = -1;
};

KeptFile::KeptFile(std::string path) : path_(std::move(path)) {
  if (path_ == standard_output) output_ = std::make_shared<TakenOutput>();
}

void KeptFile::write(const std::string& text) {
  if (!is_wanted()) return;
  if (output_) {
    text_ = text;
    return;
  }
  try {
    write_atomically(path_, text);
    problem_.clear();
  } catch (const ResultsError& error) {
    problem_ = error.what();
  }
}

int KeptFile::tell(int code) {
  if (output_) problem_ = output_->write(text_);
  if (problem_.empty()) return code;
  std::cerr << "attngate: failed: " << problem_ << '\n';
  return code_of_what_is_missing(code);
}

int code_of_what_is_missing(int code) {
  return code == exit_code::holds || code == exit_code::skipped ? exit_code::failed : code;
}

}  // namespace attngate
