#include "attngate/run/case_recorder.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

namespace attngate {

// The library writes the shortest text that gives a number's bits again, and null for one that is not finite.
std::string case_record(const CaseNews& news) {
  const Verdict& verdict = news.checked.verdict;
  nlohmann::ordered_json paths = nlohmann::ordered_json::array();
  for (const PathOutcome& outcome : verdict.paths) {
    paths.push_back({{"path", outcome.path},
                     {"backend", outcome.backend},
                     {"status", to_string(outcome.status)},
                     {"margin", outcome.margin},
                     {"error", outcome.error},
                     {"bound", outcome.bound}});
  }
  const nlohmann::ordered_json record = {{"origin", to_string(news.origin)},
                                         {"index", news.index},
                                         {"case", news.checked.line},
                                         {"applicable", verdict.applicable},
                                         {"holds", verdict.holds},
                                         {"worst_margin", verdict.worst_margin},
                                         {"worst_path", verdict.worst_path},
                                         {"exact_pairs", verdict.exact_pairs},
                                         {"exact_equal", verdict.exact_equal},
                                         {"paths", std::move(paths)}};
  return record.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

CaseRecorder::CaseRecorder(std::string path) : path_(std::move(path)) {
  const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  file_.open(path_);
  if (!file_) throw UsageError("record of cases '" + path_ + "': cannot be created; allowed is a writable folder");
}

void CaseRecorder::case_checked(const CaseNews& news) {
  if (news.again) return;
  file_ << case_record(news) << '\n' << std::flush;  // at once: the next case may end this process
}

void CaseRecorder::run_ends(RunReport& report) {
  if (file_ || !report.error.empty()) return;
  report.error = "record of cases '" + path_ + "': cannot be written; is the disk full?";
}

}  // namespace attngate
