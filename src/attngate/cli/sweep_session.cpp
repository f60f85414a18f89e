#include "attngate/cli/sweep_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "attngate/base/atomic_file.h"
#include "attngate/base/elapsed.h"
#include "attngate/base/exit_code.h"
#include "attngate/base/number_text.h"
#include "attngate/base/progress_bar.h"
#include "attngate/cli/sweep_files.h"
#include "attngate/run/stop_request.h"
#include "attngate/sweep/sweep_report.h"
#include "attngate/sweep/sweep_run.h"
#include "attngate/workers/device.h"
#include "attngate/workers/worker_sweep_source.h"

namespace attngate {
namespace {

void print_head(const SweepPlan& plan, const SweepCommandOptions& options, const DeviceKey& device,
                std::size_t earlier) {
  std::cout << name_with_libtorch(device) << '\n'
            << plan.changed_options << '\n'
            << size_text(plan.points.size(), options.rule.most_seconds);
  if (earlier > 0) std::cout << ", " << grouped(earlier) << " of them in the file already";
  std::cout << '\n' << std::endl;
}

/// All that is left behind; the table first, so that a full disk hides nothing.
void write_reports(const SweepCommandOptions& options, const SweepPlan& plan, const std::vector<CsvRow>& rows,
                   const SweepSummary& summary) {
  std::cout << sweep_text(plan, rows, summary) << std::flush;
  if (!options.error_save_path.empty()) write_atomically(options.error_save_path, error_counts_json(plan, rows));
  if (!options.json.empty()) write_atomically(options.json, sweep_json(plan, rows, summary));
}

int end_of(const SweepPlan& plan, const std::vector<CsvRow>& rows) {
  const std::size_t status = column_index(plan, "status");
  const auto is = [&](const char* word) { return [status, word](const CsvRow& row) { return row[status] == word; }; };
  if (rows.size() < plan.points.size() || std::ranges::any_of(rows, is("error"))) return exit_code::failed;
  return std::ranges::all_of(rows, is("skipped")) ? exit_code::skipped : exit_code::holds;
}

/// One run of a plan: what is measured, written and told.
class SweepSession {
 public:
  /// Throws UsageError for files that cannot be written, before anything is measured.
  SweepSession(const SweepCommandOptions& options, const SweepPlan& plan, const DeviceKey& device)
      : options_(options), plan_(plan), files_(options, plan) {
    if (files_.rows()) rows_ = files_.rows()->earlier_rows();
    earlier_ = rows_.size();
    errors_ = static_cast<std::uint64_t>(
        std::ranges::count_if(rows_, [&](const CsvRow& row) { return !row_holds(plan, row); }));
    summary_.device = name_with_libtorch(device);
    print_head(plan, options, device, earlier_);
  }

  void measure(SweepSource& source) {
    ProgressBar progress(plan_.points.size(), "attngate sweep", earlier_);
    SweepListener listener;
    listener.begins = [&](std::size_t index) { progress.doing(plan_.points[index].entry_name + error_text()); };
    listener.ended = [&](const CsvRow& row, const SweepAnswer& answer) { keep(row, answer); };
    listener.interrupted = [&] { return noted_stop() != 0; };
    const Elapsed elapsed;
    try {
      summary_.interrupted = !run_sweep(plan_, source, rows_, listener);
    } catch (const std::exception& error) {
      problem_ = error.what();  // a full disk, or no worker to be had: what was measured is still told
    }
    summary_.seconds = elapsed.seconds();
    summary_.measured = rows_.size() - earlier_;
  }

  /// Writes everything that is left behind, and returns the exit code; throws where something went wrong beside the
  /// rows.
  int report() {
    try {
      write_reports(options_, plan_, rows_, summary_);
    } catch (const UsageError& error) {
      if (problem_.empty()) problem_ = error.what();  // no usage any more: rows were measured
    }
    if (summary_.interrupted) {
      std::cout << "interrupted: what was measured is "
                << (files_.rows() ? "kept, and --resume goes on behind it\n"
                                  : "in this table alone, for want of --save-path\n");
    }
    if (!problem_.empty()) throw std::runtime_error(problem_);
    return end_of(plan_, rows_);
  }

 private:
  std::string error_text() const { return errors_ > 0 ? ", " + counted(errors_, "error") : ""; }

  void keep(const CsvRow& row, const SweepAnswer& answer) {
    if (!row_holds(plan_, row)) ++errors_;
    summary_.spent.prepare += answer.seconds.prepare;
    summary_.spent.check += answer.seconds.check;
    summary_.spent.sample += answer.seconds.sample;
    if (files_.rows()) files_.rows()->append(row);
  }

  const StopRequest watch_;  // to the end of the report: a late signal shall not cost it
  const SweepCommandOptions& options_;
  const SweepPlan& plan_;
  SweepFiles files_;
  std::vector<CsvRow> rows_;
  std::size_t earlier_ = 0;
  std::uint64_t errors_ = 0;
  SweepSummary summary_;
  std::string problem_;
};

}  // namespace

int run_plan(const SweepCommandOptions& options, const SweepPlan& plan, const DeviceKey& named, c10::Device device,
             const PathRegistry& registry) {
  if (options.dry_run) {
    print_head(plan, options, named, 0);
    std::cout << outline_text(plan) << "\nnothing was measured (--dry-run)\n";
    return exit_code::holds;
  }
  require_size(plan.points.size(), options.most_rows, options.rule.most_seconds);
  SweepSession session(options, plan, named);
  WorkerSweepSource source(registry, device, options.row_timeout);
  session.measure(source);
  return session.report();
}

}  // namespace attngate
