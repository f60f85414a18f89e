#include "attngate/paths/known_issues.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "attngate/base/input_file.h"
#include "attngate/base/joined.h"
#include "attngate/base/printable.h"
#include "attngate/case/text.h"

namespace attngate {
namespace {

constexpr const char* blanks = " \t\r";

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

void read_device(const std::string& value, KnownIssue& issue) {
  if (value != "cpu" && value != "cuda") {
    throw CaseError(fmt::format("device: {}: must be cpu or cuda", printable(value)));
  }
  issue.device = value == "cpu" ? at::kCPU : at::kCUDA;
}

void read_gives(const std::string& value, KnownIssue& issue) {
  constexpr std::string_view error = "error ";
  if (value.starts_with(error)) {
    issue.gives = DefectKind::error;
    issue.error = value.substr(error.size());
  } else if (value == "device lost") {
    issue.gives = DefectKind::device_lost;
  } else if (value == "write outside") {
    issue.gives = DefectKind::write_outside;
  } else if (value != "wrong result") {
    throw CaseError(fmt::format("gives: {}: must be 'wrong result', 'device lost', 'write outside' or 'error TEXT'",
                                printable(value)));
  }
}

const DefectiveShapes& shapes_named(const std::string& name) {
  const auto found = std::ranges::find(defective_shapes(), name, &DefectiveShapes::name);
  if (found != defective_shapes().end()) return *found;
  throw CaseError(fmt::format("shapes: {}: there are {}", printable(name),
                              joined(defective_shapes(), ", ", &DefectiveShapes::name)));
}

struct RecordKey {
  std::string_view name;
  void (*read)(const std::string& value, KnownIssue& issue);
};

constexpr std::array<RecordKey, 6> record_keys{{
    {"finding", [](const std::string& value, KnownIssue& issue) { issue.finding = value; }},
    {"libtorch", [](const std::string& value, KnownIssue& issue) { issue.libtorch_versions = words_of(value); }},
    {"device", read_device},
    {"paths", [](const std::string& value, KnownIssue& issue) { issue.paths = words_of(value); }},
    {"shapes", [](const std::string& value, KnownIssue& issue) { issue.shapes = shapes_named(value).name; }},
    {"gives", read_gives},
}};

/// Reads the lines of one record one by one.
class RecordReader {
 public:
  void read_line(const std::string& line) {
    const std::string text = trimmed(line);
    if (text.empty() || text.front() == '#') return;
    const std::size_t colon = text.find(':');
    const std::size_t equals = text.find('=');
    if (equals < colon) return read_case(text);
    if (colon == std::string::npos)
      throw CaseError(fmt::format("{} is neither KEY: VALUE nor a case", printable(text)));
    read_key(text.substr(0, colon), trimmed(text.substr(colon + 1)));
  }

  KnownIssue finish() {
    require_all_keys();
    if (issue_.cases.empty()) throw CaseError("a record needs a case line that shows the defect");
    return std::move(issue_);
  }

 private:
  void read_key(const std::string& name, const std::string& value) {
    const auto key = std::ranges::find(record_keys, name, &RecordKey::name);
    if (key == record_keys.end()) {
      throw CaseError(fmt::format("unknown key {}: the keys are finding, libtorch, device, paths, shapes and gives",
                                  printable(name)));
    }
    bool& seen = seen_[static_cast<std::size_t>(key - record_keys.begin())];
    if (seen) throw CaseError(fmt::format("{} is given twice", name));
    if (value.empty()) throw CaseError(fmt::format("{} has no value", name));
    seen = true;
    key->read(value, issue_);
  }

  void read_case(const std::string& text) {
    require_all_keys();
    const AttentionCase known = parse_line(text);
    if (!shapes_named(issue_.shapes).contains(known)) {
      throw CaseError(fmt::format("this case is not one of the shapes {}", issue_.shapes));
    }
    issue_.cases.push_back(known);
  }

  void require_all_keys() const {
    for (std::size_t i = 0; i < record_keys.size(); ++i) {
      if (!seen_[i])
        throw CaseError(fmt::format("{} is missing: it stands before the first case", record_keys[i].name));
    }
  }

  KnownIssue issue_;
  std::array<bool, record_keys.size()> seen_{};
};

/// The promise on record, where the path itself would promise to run. A device is lost before a path can refuse.
Promise recorded(Promise promise, const KnownIssue& issue) {
  const bool refused_too_late = issue.gives == DefectKind::device_lost && promise.kind == Promise::Kind::refuses;
  if (promise.kind != Promise::Kind::runs && !refused_too_late) return promise;
  switch (issue.gives) {
    case DefectKind::error:
      return Promise::defective_error(issue.finding, issue.error);
    case DefectKind::device_lost:
      return Promise::defective_loss(issue.finding);
    case DefectKind::write_outside:
      promise.overrun = issue.finding;
      return promise;
    case DefectKind::wrong_result:
      break;
  }
  return Promise::defective(issue.finding, std::move(promise.backend));
}

}  // namespace

KnownIssue parse_known_issue(std::istream& stream, const std::string& name) {
  RecordReader reader;
  int number = 0;
  try {
    for (std::string line; std::getline(stream, line);) {
      ++number;
      reader.read_line(line);
    }
    if (!stream.eof()) throw CaseError("cannot be read");
    return reader.finish();
  } catch (const CaseError& error) {
    throw CaseError(fmt::format("{}:{}: {}", name, number, error.what()));
  }
}

std::vector<KnownIssue> read_known_issues(const std::string& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".case") files.push_back(entry.path());
  }
  if (error) throw CaseError(fmt::format("known issues folder '{}': {}", folder, error.message()));
  std::ranges::sort(files);
  std::vector<KnownIssue> issues;
  for (const std::filesystem::path& file : files) {
    if (const std::string problem = input_problem(file.string()); !problem.empty())
      throw CaseError(fmt::format("known issues file '{}' cannot be read: {}", file.string(), problem));
    std::ifstream lines(file);
    issues.push_back(parse_known_issue(lines, file.string()));
  }
  return issues;
}

void apply_known_issues(PathRegistry& registry, const std::vector<KnownIssue>& issues,
                        const std::string& libtorch_version) {
  for (const KnownIssue& issue : issues) {
    if (std::ranges::count(issue.libtorch_versions, libtorch_version) == 0) continue;
    for (const std::string& path : issue.paths) {
      if (registry.find(path) == nullptr) {
        throw CaseError(fmt::format("known issue {}: there is no path {}", issue.finding, printable(path)));
      }
      registry.amend_promise(path, [issue, contains = shapes_named(issue.shapes).contains](
                                       Promise promise, const AttentionCase& attention_case, at::DeviceType device) {
        return device == issue.device && contains(attention_case) ? recorded(std::move(promise), issue) : promise;
      });
    }
    registry.add_known_cases(issue.device, issue.cases);
  }
}

}  // namespace attngate
