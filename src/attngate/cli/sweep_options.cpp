#include "attngate/cli/sweep_options.h"

#include <CLI/CLI.hpp>

#include "attngate/cli/common_options.h"
#include "attngate/cli/number_option.h"

namespace attngate {
namespace {

// An estimate of so many ratios takes 17 ms and is made some 50 times on the way there, see estimate_centre(); of ten
// times as many 17 s.
constexpr std::uint64_t most_pairs_allowed = 501;

// A billion rows are a year on a GPU: more is a typing error.
constexpr std::uint64_t most_rows_allowed = 1'000'000'000;

}  // namespace

const char* const sweep_exit_codes =
    "Ctrl-C ends the sweep and keeps the rows that were measured; a row that fails is counted and listed, "
    "and the sweep goes on.\n"
    "Exit code: 0 every row holds, 1 a row failed or the sweep is not complete, 2 bad usage, 77 nothing can be "
    "measured here.\n"
    "Columns and what they measure: docs/sweep.md.";

void add_sweep_options(CLI::App& command, SweepCommandOptions& options, const char* dtypes, std::uint64_t seed) {
  add_device_option(command, options.device);
  add_dtype_option(command, options.dtypes, dtypes);
  add_text_option(
      command, "--seed", options.seed,
      fmt::format("Seed of lengths, values and order: number, 0x hex, or `random` (default: the program's, {})", seed));
  add_list_option(command, "--also", options.also,
                  "More paths or families to time, see `attngate list`; each gets a column");
  command
      .add_option("--quantity", options.quantity,
                  "gpu_time, or throughput as in the programs, with what the host takes where that is longer")
      ->capture_default_str();
  add_number_option(command, "--width", options.rule.width, {1e-6, 10},
                    "A row is measured until the 95 % interval of its speedup is that wide; 0.01 is 1 %");
  add_number_option(command, "--least-pairs", options.rule.least_rounds, {1, most_pairs_allowed},
                    "... but no fewer pairs of samples than this");
  add_number_option(command, "--most-pairs", options.rule.most_rounds, {1, most_pairs_allowed},
                    "... and no more than this");
  add_number_option(command, "--row-seconds", options.rule.most_seconds, {1e-6, 3600},
                    "... and no longer than this, unless for the least number of pairs");
  command.add_flag("--check-all", options.check_all,
                   "Hold every sequence against the fp64 reference (default: of rows that cost over 40 GFLOP a part, "
                   "drawn at random)");
  add_number_option(command, "--row-timeout", options.row_timeout, {0.1, 1e6},
                    "Seconds after which a row counts as hung (default: 60 on a GPU, 1200 on the CPU)");
  add_number_option(command, "--most-rows", options.most_rows, {1, most_rows_allowed},
                    "A grid of more rows is refused");
  command.add_flag("--dry-run", options.dry_run,
                   "Print how large the sweep is and its first and last rows; measure and write nothing");
  CLI::Option* const rows =
      add_text_option(command, "--save-path,--save_path", options.save_path, "CSV file, written row by row");
  add_text_option(command, "--error-save-path,--error_save_path", options.error_save_path,
                  "JSON file of error counts by configuration");
  add_text_option(command, "--json", options.json, "JSON file of everything");
  CLI::Option* const resume = command
                                  .add_flag("--resume", options.resume,
                                            "Go on behind the rows that --save-path has; it must be of the same sweep")
                                  ->needs(rows);
  command
      .add_flag("--overwrite", options.overwrite,
                "Begin anew where an earlier sweep has left its files (default: that is refused)")
      ->excludes(resume);
}

}  // namespace attngate
