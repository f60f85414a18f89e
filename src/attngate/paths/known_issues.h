#pragma once

#include <string>
#include <vector>

#include "attngate/paths/attention_path.h"

namespace attngate {

/// What a path with a known defect does instead of returning the right result.
enum class DefectKind {
  wrong_result,  ///< returns, outside its bound
  error,         ///< raises an error although it ought to run
  device_lost,   ///< an illegal access leaves the device unusable
  write_outside  ///< returns the right result, and writes outside its tensors: guarded_memory expects it
};

/// A defect of LibTorch that is on record: docs/findings.md describes it, tests/known_issues holds it as data.
struct KnownIssue {
  /// Heading in docs/findings.md.
  std::string finding;
  /// LibTorch versions that have it, e.g. "2.11.0"; another version is held to the plain promise.
  std::vector<std::string> libtorch_versions;
  at::DeviceType device = at::kCUDA;
  /// Names of the paths that have it.
  std::vector<std::string> paths;
  /// Name of the shapes that show it, see DefectiveShapes.
  std::string shapes;
  DefectKind gives = DefectKind::wrong_result;
  /// Part of the error's text, for DefectKind::error.
  std::string error;
  /// Minimal lines that show it.
  std::vector<AttentionCase> cases;
};

/// A set of cases that share a defect, and a way to get there from any case.
struct DefectiveShapes {
  std::string name;
  bool (*contains)(const AttentionCase&);
  /// Changes a case into one that the set contains.
  AttentionCase (*reach)(AttentionCase);
};

/// All sets that records can name.
const std::vector<DefectiveShapes>& defective_shapes();

/// Reads one record. Its first lines are KEY: VALUE with the keys finding, libtorch, device, paths, shapes and gives
/// ("wrong result", "device lost", "write outside" or
/// "error TEXT"), then come case lines; # starts a comment.
///
/// Throws CaseError naming file and line: a key unknown, missing or twice, no case, a case outside the shapes.
KnownIssue parse_known_issue(std::istream& stream, const std::string& name);

/// The records of the folder's *.case files, by file name; throws CaseError, also when the folder cannot be read.
std::vector<KnownIssue> read_known_issues(const std::string& folder);

/// Puts the records that name this LibTorch's version into force: on the shapes of a record its paths, where they would
/// promise to run (or, for a lost device, to refuse), promise the defect. Throws CaseError for a record that names a
/// path which does not exist.
void apply_known_issues(PathRegistry& registry, const std::vector<KnownIssue>& issues,
                        const std::string& libtorch_version);

}  // namespace attngate
