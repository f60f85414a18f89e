#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "attngate/base/locked_file.h"
#include "attngate/base/usage_error.h"
#include "attngate/run/run_listener.h"

namespace attngate {

/// Append-only record of one test run: each case's line, written before the case runs.
///
///     # attngate journal 1 test=property.agreement.fp16.cuda seed=0x2a
///     dtype=fp16 heads=2 head_dim=8 lengths=3,1 seed=0x7
///     # done: 1 cases
///
/// Each line is one write(2), so whatever ends the process, the last line names the case that was running. There is
/// no fsync: written pages outlive the process, only the machine's own death loses them, and an fsync costs more
/// than many a case.
class Journal : public RunListener {
 public:
  /// Starts the journal, emptying an older one and making missing folders, and locks it: it stands for all files that
  /// the test leaves in the folder. Throws UsageError naming the path, and where another run has it.
  Journal(std::string path, std::string_view test, std::uint64_t seed);

  /// Notes that the case of this line runs next. A failing write (a full disk) is told once on stderr and makes the run
  /// an error; later lines are then left out.
  void case_begins(const std::string& line) override;
  /// Notes the orderly end; without it, as after a stop, the last case counts as in flight.
  void run_ends(RunReport& report) override;

 private:
  void append(std::string_view line);

  std::string path_;
  LockedFile file_;
  std::string error_;
  std::string buffer_;
  std::uint64_t cases_ = 0;
};

/// The words for a journal that another run has: what is wrong and what to do.
std::string taken_journal_text(const std::string& path);

/// How far a run came, as its journal has it.
struct JournalEnd {
  /// The run ended in order; else it died, was stopped or goes on.
  bool done = false;
  /// The last line is not whole: the disk was full.
  bool torn = false;
  /// Line of the last case that began; empty before the first one.
  std::string last_case;
};

/// Reads a journal; throws UsageError when the file cannot be read.
JournalEnd end_of_journal(const std::string& path);

/// The line of the case that was running when the process of this journal died; nullopt after an orderly end, before
/// the first case, and when the last line was cut off by a full disk. Throws UsageError when the file cannot be read.
std::optional<std::string> case_in_flight(const std::string& path);

}  // namespace attngate
