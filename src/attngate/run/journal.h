#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
  /// Starts the journal, emptying an older one and making missing folders; throws UsageError naming the path.
  Journal(std::string path, std::string_view test, std::uint64_t seed);
  ~Journal() override;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Notes that the case of this line runs next. A failing write (a full disk) is told once on stderr and makes the run
  /// an error; later lines are then left out.
  void case_begins(const std::string& line) override;
  /// Notes the orderly end; without it, as after a stop, the last case counts as in flight.
  void run_ends(RunReport& report) override;

 private:
  void append(std::string_view line);

  std::string path_;
  std::string error_;
  std::string buffer_;
  std::uint64_t cases_ = 0;
  int file_ = -1;
};

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
