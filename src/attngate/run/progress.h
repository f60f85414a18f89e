#pragma once

#include <cstdint>
#include <string>

#include "attngate/base/status_line.h"
#include "attngate/run/run_listener.h"

namespace attngate {

/// The progress line: "case 1,234  152/s  worst margin 0.31".
std::string progress_text(std::uint64_t cases, double seconds, double worst_margin);

/// Keeps that line about the run up to date.
class Progress : public RunListener {
 public:
  /// Rewrites the line, ten times a second at most.
  void case_checked(const CaseNews& news) override;
  void case_fails(const CheckedCase&) override { clear(); }
  void run_ends(RunReport&) override { clear(); }

 private:
  /// Clears the line, so that other text can follow.
  void clear() { line_.clear(); }

  StatusLine line_;
  double last_seconds_ = 0;
};

}  // namespace attngate
