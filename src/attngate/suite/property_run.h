#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "attngate/properties/property.h"
#include "attngate/report/results.h"
#include "attngate/run/for_all.h"
#include "attngate/run/last_words.h"
#include "attngate/run/run_report.h"
#include "attngate/workers/worker.h"

namespace attngate {

/// Makes one more listener of a run, of what is known beforehand.
using MakeListener = std::function<std::unique_ptr<RunListener>(const RunContext& context)>;

/// More random cases than any run has time for: what a run is limited to that is given a time alone.
inline constexpr std::uint64_t unlimited_cases = std::uint64_t{1} << 40;

/// One property, on one dtype and one device, from the first case to the written results.
struct PropertyRun {
  const Property* property = nullptr;
  DType dtype = DType::fp32;
  at::Device device = at::kCPU;
  const PathRegistry* registry = nullptr;
  /// Paths or families to check; empty for the property's own choice.
  std::vector<std::string> only;
  std::uint64_t seed = 0;
  std::uint64_t max_cases = 1000;
  double max_seconds = std::numeric_limits<double>::infinity();
  /// Known cases that run first; those of another dtype are left out.
  std::vector<AttentionCase> corpus;
  /// Only this case runs.
  std::optional<AttentionCase> replay;
  /// Folder for the JSON file and the journal; empty for neither.
  std::string results_folder;
  /// Writes <test>.cases.jsonl to the results folder as well: every checked case with its margins.
  bool record_cases = false;
  /// Whoever else listens, after the outputs that every run has.
  std::vector<MakeListener> listeners = {};
  /// How long a case may run; one that costs more than a random case may has as many times more.
  double case_timeout_seconds = default_case_timeout_seconds;
  /// Ends the run with its first failure; else the path that failed is left out and the others go on.
  bool stop_at_first_failure = false;
  /// Checks in this process and not in workers, for debuggers, profilers and compute-sanitizer: a path that dies ends
  /// it.
  bool in_process = false;
};

/// What came of it.
struct PropertyRunResult {
  RunReport report;
  Results results;
  /// exit_code::holds or exit_code::failed.
  int exit_code = 0;
};

/// "property.<name>.<dtype>.<device>".
std::string test_name(const Property& property, DType dtype, at::DeviceType device);

/// The journal that the run leaves in its results folder.
std::string journal_of(const PropertyRun& run);

/// The seed of runs that name none: the same cases every time, so that a red gate means a changed attention.
inline constexpr std::uint64_t default_seed = 0xa77e;

/// Runs it in workers of its own, prints its header, every failure in full and a summary line to `out`, and writes
/// results and journal.
///
/// This process does no work on the device, and must not have used CUDA before (unless run.in_process). Throws
/// UsageError (results folder, journal, cases to be recorded nowhere, a replay that fits no memory) before any case
/// runs, ResultsError when the results cannot be written.
PropertyRunResult run_property(const PropertyRun& run, std::ostream& out);

/// The same in the workers of a pool that many runs share: made by make_worker_pool() for the run's registry and
/// device.
PropertyRunResult run_property(const PropertyRun& run, WorkerPool& pool, std::ostream& out);

/// The case that a property makes of random case `index` of a seed.
AttentionCase random_case(const Property& property, DType dtype, at::DeviceType device, std::uint64_t seed,
                          std::uint64_t index);

/// All cases of the folder's *.case files, sorted by file name; throws CaseError or UsageError naming file and line.
std::vector<AttentionCase> read_corpus(const std::string& folder);

}  // namespace attngate
