#pragma once

#include <memory>
#include <string>

namespace attngate {

/// The path that stands for standard output.
inline constexpr const char* standard_output = "-";

/// A file that a command renews as its results come. That it cannot be written loses nothing of the run: the command
/// goes on, and tells it at its end.
class KeptFile {
 public:
  /// Nothing is written where the path is empty. Where it is "-", the last text alone is written to standard output, at
  /// the end: what else is printed from now on goes to stderr.
  explicit KeptFile(std::string path);

  bool is_wanted() const { return !path_.empty(); }
  /// Writes the whole file at once. Only the last of several failures in a row counts, and none that a later write made
  /// good.
  void write(const std::string& text);
  /// Says on stderr what could not be written. The command's exit code then: `code`, but failed where all else held.
  int tell(int code);

 private:
  class TakenOutput;

  std::string path_;
  std::string problem_;
  std::string text_;
  std::shared_ptr<TakenOutput> output_;
};

/// The exit code of a command that could not leave what it was to leave: `code`, but failed where all else held.
int code_of_what_is_missing(int code);

}  // namespace attngate
