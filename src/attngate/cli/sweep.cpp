#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

#include "attngate/base/atomic_file.h"
#include "attngate/base/elapsed.h"
#include "attngate/base/exit_code.h"
#include "attngate/base/number_text.h"
#include "attngate/base/printable.h"
#include "attngate/base/progress_bar.h"
#include "attngate/base/usage_error.h"
#include "attngate/cli/command.h"
#include "attngate/cli/device_option.h"
#include "attngate/cli/seed_option.h"
#include "attngate/suite/tested_registry.h"
#include "attngate/sweep/fastpath_sweep.h"
#include "attngate/sweep/interrupt_watch.h"
#include "attngate/sweep/row_file.h"
#include "attngate/sweep/sdp_sweep.h"
#include "attngate/sweep/sweep_report.h"
#include "attngate/workers/device.h"
#include "attngate/workers/sweep_worker.h"

namespace attngate {
namespace {

/// What both sweeps are told.
struct SweepCommandOptions {
  std::string device = "auto";
  std::vector<std::string> dtypes;
  std::string seed;
  std::vector<std::string> also;
  StoppingRule rule;
  std::string quantity = to_string(Quantity::gpu_time);
  bool check_all = false;
  std::optional<double> row_timeout;
  std::string save_path, error_save_path, json;
  bool resume = false;
};

struct FastpathCommandOptions : SweepCommandOptions {
  FastpathGrid grid;
};

struct SdpCommandOptions : SweepCommandOptions {
  SdpGrid grid;
  std::vector<std::string> pad_percentages;
  bool no_single = false, no_grid = false;
  bool enable_math = false, disable_flash = false, disable_efficient = false, disable_cudnn = false;
};

std::vector<DType> parse_dtypes(const std::vector<std::string>& names) {
  std::vector<DType> dtypes;
  for (const std::string& name : names) {
    try {
      dtypes.push_back(parse_dtype(name));
    } catch (const CaseError& error) {
      throw UsageError(std::string("--") + error.what());
    }
  }
  return dtypes;
}

/// A wrong name is told before anything is measured.
void check_path(const PathRegistry& registry, const char* option, const std::string& name) {
  const auto fits = [&](const AttentionPath& path) { return path.name == name || path.family == name; };
  if (std::ranges::any_of(registry.paths(), fits)) return;
  throw UsageError(
      fmt::format("{} {}: no such path or family; there are {}", option, printable(name), registry.names()));
}

void check_files(const SweepCommandOptions& options) {
  const std::vector<std::pair<const char*, const std::string*>> files = {
      {"--save-path", &options.save_path}, {"--error-save-path", &options.error_save_path}, {"--json", &options.json}};
  for (std::size_t one = 0; one < files.size(); ++one) {
    if (files[one].second->empty()) continue;
    check_writable(*files[one].second, files[one].first);
    for (std::size_t other = 0; other < one; ++other) {
      if (*files[one].second != *files[other].second) continue;
      throw UsageError(fmt::format("{} and {} name the same file", files[other].first, files[one].first));
    }
  }
  if (options.resume && options.save_path.empty()) {
    throw UsageError("--resume needs --save-path: the rows that are there are read from it");
  }
}

SweepDevice sweep_device(c10::Device device) {
  return {!device.is_cuda(), fmt::format("{}, LibTorch {}", device_name(device), libtorch_version())};
}

void print_head(const SweepPlan& plan, const SweepDevice& device, std::size_t earlier) {
  std::cout << device.name << '\n' << plan.options << '\n' << counted(plan.points.size(), "configuration");
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
  SweepSession(const SweepCommandOptions& options, const SweepPlan& plan, const SweepDevice& device)
      : options_(options), plan_(plan) {
    check_files(options);
    if (!options.save_path.empty()) file_.emplace(options.save_path, plan, options.resume);
    if (file_) rows_ = file_->earlier_rows();
    earlier_ = rows_.size();
    errors_ = static_cast<std::uint64_t>(
        std::ranges::count_if(rows_, [&](const CsvRow& row) { return !row_holds(plan, row); }));
    summary_.device = device.name;
    print_head(plan, device, earlier_);
  }

  void measure(SweepSource& source) {
    ProgressBar progress(plan_.points.size(), "attngate sweep", earlier_);
    const InterruptWatch watch;
    SweepListener listener;
    listener.begins = [&](std::size_t index) { progress.doing(plan_.points[index].entry_name + error_text()); };
    listener.ended = [&](const CsvRow& row, const SweepAnswer& answer) { keep(row, answer); };
    listener.interrupted = [&] { return watch.interrupted(); };
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
                << (file_ ? "kept, and --resume goes on behind it\n"
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
    if (file_) file_->append(row);
  }

  const SweepCommandOptions& options_;
  const SweepPlan& plan_;
  std::optional<RowFile> file_;
  std::vector<CsvRow> rows_;
  std::size_t earlier_ = 0;
  std::uint64_t errors_ = 0;
  SweepSummary summary_;
  std::string problem_;
};

int run_plan(const SweepCommandOptions& options, const SweepPlan& plan, const SweepDevice& named, c10::Device device,
             const PathRegistry& registry) {
  SweepSession session(options, plan, named);
  WorkerSweepSource source(registry, device, options.row_timeout);
  session.measure(source);
  return session.report();
}

/// What the options have in common, put into a sweep's grid.
template <typename Grid>
void fill_in(Grid& grid, const SweepCommandOptions& options, const PathRegistry& registry) {
  for (const std::string& name : options.also) {
    check_path(registry, "--also", name);
    if (std::ranges::count(options.also, name) > 1)
      throw UsageError(fmt::format("--also {}: given twice", printable(name)));
  }
  grid.also = options.also;
  grid.rule = options.rule;
  const std::optional<Quantity> quantity = quantity_named(options.quantity);
  if (!quantity)
    throw UsageError(fmt::format("--quantity {}: must be gpu_time or throughput", printable(options.quantity)));
  grid.quantity = *quantity;
  grid.check_all = options.check_all;
  if (!options.seed.empty()) grid.seed = chosen_seed(options.seed);
  if (!options.dtypes.empty()) grid.dtypes = parse_dtypes(options.dtypes);
}

int run_fastpath(const FastpathCommandOptions& options) {
  const PathRegistry registry = make_tested_registry();
  FastpathGrid grid = options.grid;
  fill_in(grid, options, registry);
  check_path(registry, "--slow", grid.slow);
  check_path(registry, "--fast", grid.fast);
  check_path(registry, "--composite", grid.composite);
  plan_fastpath(grid, {});  // a bad grid is told even where the device is missing
  const c10::Device device = choose_device(options.device);
  const SweepDevice named = sweep_device(device);
  return run_plan(options, plan_fastpath(grid, named), named, device, registry);
}

int run_sdp(const SdpCommandOptions& options) {
  const PathRegistry registry = make_tested_registry();
  SdpGrid grid = options.grid;
  fill_in(grid, options, registry);
  grid.single = !options.no_single;
  grid.grid = !options.no_grid;
  grid.switches = {options.enable_math, !options.disable_flash, !options.disable_efficient, !options.disable_cudnn};
  if (!options.pad_percentages.empty()) grid.pad_percentages.clear();
  for (const std::string& text : options.pad_percentages) grid.pad_percentages.push_back(parse_pad_percentage(text));
  std::set<std::string> registered;
  for (const AttentionPath& path : registry.paths()) registered.insert({path.name, path.family});
  plan_sdp(grid, {}, registered);
  const c10::Device device = choose_device(options.device);
  const SweepDevice named = sweep_device(device);
  return run_plan(options, plan_sdp(grid, named, registered), named, device, registry);
}

/// A list of numbers or words, separated by commas.
template <typename Value>
CLI::Option* add_list(CLI::App* command, const std::string& name, std::vector<Value>& values,
                      const std::string& about) {
  return command->add_option(name, values, about)->delimiter(',')->check(refuse_empty);
}

// An estimate of so many ratios takes 17 ms and is made some 50 times on the way there, see estimate_centre(); of ten
// times as many 17 s.
constexpr std::uint64_t most_pairs_allowed = 501;

void add_common_options(CLI::App* command, SweepCommandOptions& options, const char* dtypes, std::uint64_t seed) {
  command->add_option("--device", options.device, "cpu, cuda, or auto: a GPU where there is one")
      ->capture_default_str();
  add_list(command, "--dtype", options.dtypes,
           fmt::format("fp16, bf16 or fp32, separated by commas (default: {})", dtypes));
  command
      ->add_option(
          "--seed", options.seed,
          fmt::format("Seed of lengths, values and order: number, 0x hex, or `random` (default: the program's, {})",
                      seed))
      ->check(refuse_empty);
  add_list(command, "--also", options.also, "More paths or families to time, see `attngate list`; each gets a column");
  command
      ->add_option("--quantity", options.quantity,
                   "gpu_time, or throughput as in the programs, with what the host takes where that is longer")
      ->capture_default_str();
  command
      ->add_option("--width", options.rule.width,
                   "A row is measured until the 95 % interval of its speedup is that wide; 0.01 is 1 %")
      ->capture_default_str()
      ->check(CLI::Range(1e-6, 10.0));
  command->add_option("--least-pairs", options.rule.least_rounds, "... but no fewer pairs of samples than this")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, most_pairs_allowed));
  command->add_option("--most-pairs", options.rule.most_rounds, "... and no more than this")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, most_pairs_allowed));
  command
      ->add_option("--row-seconds", options.rule.most_seconds,
                   "... and no longer than this, unless for the least number of pairs")
      ->capture_default_str()
      ->check(CLI::Range(1e-6, 3600.0));
  command->add_flag("--check-all", options.check_all,
                    "Hold every sequence against the fp64 reference (default: of rows that cost over 40 GFLOP a part, "
                    "drawn at random)");
  command
      ->add_option("--row-timeout", options.row_timeout,
                   "Seconds after which a row counts as hung (default: 60 on a GPU, 1200 on the CPU)")
      ->check(CLI::Range(0.1, 1e6));
  command->add_option("--save-path,--save_path", options.save_path, "CSV file, written row by row")
      ->check(refuse_empty);
  command
      ->add_option("--error-save-path,--error_save_path", options.error_save_path,
                   "JSON file of error counts by configuration")
      ->check(refuse_empty);
  command->add_option("--json", options.json, "JSON file of everything")->check(refuse_empty);
  command->add_flag("--resume", options.resume,
                    "Go on behind the rows that --save-path has; it must be of the same sweep");
}

const char* const exit_codes =
    "Ctrl-C ends the sweep behind the running row and keeps what was measured; a row that fails is counted and listed, "
    "and the sweep goes on.\n"
    "Exit code: 0 every row holds, 1 a row failed or the sweep is not complete, 2 bad usage, 77 nothing can be "
    "measured here.\n"
    "Columns and what they measure: docs/sweep.md.";

void add_fastpath(CLI::App& sweep, Command& chosen) {
  auto options = std::make_shared<FastpathCommandOptions>();
  FastpathGrid& grid = options->grid;
  CLI::App* command = sweep.add_subcommand(
      "fastpath", "nn MHA fast against slow, as better_transformer_vs_mha_functional.py: 1,280 configurations");
  add_list(command, "--batch-sizes", grid.batch_sizes, "Sequences")->capture_default_str();
  add_list(command, "--sequence-lengths", grid.sequence_lengths, "Longest lengths")->capture_default_str();
  add_list(command, "--embed-dims", grid.embed_dims, "Embedding dimensions")->capture_default_str();
  add_list(command, "--n-heads", grid.heads, "Numbers of heads")->capture_default_str();
  add_list(command, "--b-values", grid.b_values,
           "Lengths come from Beta(1, 0.05 b): the larger b, the more padding; 1 to 80")
      ->capture_default_str();
  command->add_option("--block-size", grid.block_size, "Lengths are multiples of this")->capture_default_str();
  command->add_option("--slow", grid.slow, "Path or family of the column slow")
      ->capture_default_str()
      ->check(refuse_empty);
  command->add_option("--fast", grid.fast, "... of the column fast")->capture_default_str()->check(refuse_empty);
  command->add_option("--composite", grid.composite, "... of the column composite")
      ->capture_default_str()
      ->check(refuse_empty);
  add_common_options(command, *options, "fp16", grid.seed);
  command->footer(
      std::string("Examples:\n"
                  "  attngate sweep fastpath --save-path rows.csv                       the program's grid, fp16\n"
                  "  attngate sweep fastpath --save-path rows.csv --resume              goes on after Ctrl-C\n"
                  "  attngate sweep fastpath --dtype bf16 --batch-sizes 64 --b-values 1,31,61 --fast my_attention\n"
                  "  attngate sweep fastpath --device cpu --dtype fp32 --batch-sizes 2 --sequence-lengths 16 "
                  "--embed-dims 64 --n-heads 4\n") +
      exit_codes);
  command->callback([options, &chosen] { chosen = [options] { return run_fastpath(*options); }; });
}

void add_sdp(CLI::App& sweep, Command& chosen) {
  auto options = std::make_shared<SdpCommandOptions>();
  SdpGrid& grid = options->grid;
  CLI::App* command =
      sweep.add_subcommand("sdp", "nn MHA against composite SDPA, as sdp.py: its single experiment and its grid");
  command->add_flag("--no-single", options->no_single,
                    "Leave the single experiment out: batch 128, 8 heads, length 512, embed 512, fp16, no padding");
  command->add_flag("--no-grid", options->no_grid, "Leave the grid out");
  add_list(command, "--batch-sizes", grid.batch_sizes, "Sequences")->capture_default_str();
  add_list(command, "--num-heads", grid.heads, "Numbers of heads")->capture_default_str();
  add_list(command, "--max-sequence-lens", grid.max_sequence_lengths, "Longest lengths")->capture_default_str();
  add_list(command, "--embed-dimensions", grid.embed_dimensions, "Embedding dimensions")->capture_default_str();
  add_list(command, "--pad-percentages", options->pad_percentages,
           "none or a share from 0 to 0.95 (default: none,0.9); with padding the input is nested");
  command->add_flag("--enable-math", options->enable_math, "Switch SDPA's math backend on (the program: off)");
  command->add_flag("--disable-flash", options->disable_flash, "Switch flash off (the program: on)");
  command->add_flag("--disable-mem-efficient", options->disable_efficient,
                    "Switch memory efficient off (the program: on)");
  command->add_flag("--disable-cudnn", options->disable_cudnn, "Switch cuDNN off (the program: on)");
  add_common_options(command, *options, "bf16,fp16,fp32", grid.seed);
  command->footer(
      std::string(
          "Examples:\n"
          "  attngate sweep sdp --save-path sdp.csv                             the program's seven experiments\n"
          "  attngate sweep sdp --no-single --dtype bf16 --pad-percentages none,0.5,0.9 --disable-cudnn\n"
          "  attngate sweep sdp --device cpu --enable-math --no-single --batch-sizes 4 --num-heads 4 "
          "--max-sequence-lens 32 "
          "--embed-dimensions 64\n") +
      exit_codes);
  command->callback([options, &chosen] { chosen = [options] { return run_sdp(*options); }; });
}

}  // namespace

void add_sweep_command(CLI::App& app, Command& chosen) {
  CLI::App* sweep = app.add_subcommand("sweep", "Time the paths over the seed programs' grids, every row checked");
  sweep->require_subcommand(1);
  sweep->footer(
      "Examples:\n"
      "  attngate sweep fastpath --save-path rows.csv       better_transformer_vs_mha_functional.py\n"
      "  attngate sweep sdp --save-path sdp.csv             sdp.py\n"
      "`attngate sweep fastpath --help` and `attngate sweep sdp --help` have the options.");
  add_fastpath(*sweep, chosen);
  add_sdp(*sweep, chosen);
}

}  // namespace attngate
