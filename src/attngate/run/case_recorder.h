#pragma once

#include <fstream>
#include <string>

#include "attngate/base/usage_error.h"
#include "attngate/run/run_listener.h"

namespace attngate {

/// Writes every checked case with its verdict to a file, one line of JSON each as it is checked (docs/results.md): what
/// two builds have to say of the same cases can then be compared by tools/compare_results.py.
///
/// Numbers keep all their bits. A failed case is recorded as it was first seen, re-runs and smaller forms are not.
class CaseRecorder : public RunListener {
 public:
  /// Starts the file, emptying an older one and making missing folders; throws UsageError naming the path.
  explicit CaseRecorder(std::string path);

  void case_checked(const CaseNews& news) override;
  /// A file that could not be written makes the run an error.
  void run_ends(RunReport& report) override;

 private:
  std::string path_;
  std::ofstream file_;
};

/// The line of one case, without its end.
std::string case_record(const CaseNews& news);

}  // namespace attngate
