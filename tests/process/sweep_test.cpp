#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "command.h"
#include "csv_table.h"
#include "small_sweep.h"

namespace attngate::test {
namespace {

/// Two rows, of two sequences and of one, by the planted command: a planted disaster waits for two sequences.
Command fastpath_with_planted(const std::string& path, std::vector<std::string> more) {
  std::vector<std::string> arguments = {
      "sweep",         "fastpath", "--device",           device, "--dtype",      "fp32",
      "--batch-sizes", "2,1",      "--sequence-lengths", "16",   "--embed-dims", "64",
      "--n-heads",     "4",        "--b-values",         "31",   "--fast",       path};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return {.program = planted_command, .arguments = arguments, .environment = {{"ATTNGATE_PLANTED", path}}};
}

TEST(SweepOnDevice, fastpath_checks_and_times_every_row_and_leaves_csv_errors_and_json) {
  const ScratchFolder folder;
  const CommandEnd end = run(small_fastpath({"--save-path", folder / "rows.csv", "--error-save-path",
                                             folder / "errors.json", "--json", folder / "all.json"}));
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  EXPECT_NE(end.output.find("Total errors: 0"), std::string::npos) << end.output;
  EXPECT_NE(end.output.find("\nfastpath: dtype=fp32 batch_sizes=2 sequence_lengths=16,32 embed_dims=64 n_heads=4 "
                            "b_values=1,31,61\n"),
            std::string::npos)
      << end.output;
  EXPECT_NE(end.output.find("  speedup (95 %)"), std::string::npos) << end.output;
  const Table table(folder / "rows.csv");
  ASSERT_EQ(table.rows(), 6u);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    EXPECT_EQ(table.cell(row, "status"), "ok") << table.cell(row, "detail");
    EXPECT_EQ(table.cell(row, "checked_sequences"), "2");
    for (const char* time : {"time_native_mha_slow(\u00B5s)", "time_native_mha_fast (\u00B5s)",
                             "time_composite_sdpa (\u00B5s)", "tflops"}) {
      EXPECT_GT(std::stod(table.cell(row, time)), 0) << time;
    }
    const double speedup = std::stod(table.cell(row, "speedup flash_mha v native_mha"));
    EXPECT_LE(std::stod(table.cell(row, "speedup_from")), speedup);
    EXPECT_GE(std::stod(table.cell(row, "speedup_to")), speedup);
    EXPECT_GT(std::stod(table.cell(row, "worst_margin")), 0);
    EXPECT_LE(std::stod(table.cell(row, "worst_margin")), 1);
    EXPECT_GE(std::stoi(table.cell(row, "pairs")), 6);
  }
  EXPECT_EQ(file_text(folder / "errors.json"), "{}\n");
  const nlohmann::json all = nlohmann::json::parse(file_text(folder / "all.json"));
  EXPECT_EQ(all.at("rows").size(), 6u);
  EXPECT_EQ(all.at("total_errors"), 0);
}

TEST(SweepOnDevice, sdp_times_eager_operators_with_and_without_weights_and_says_why_it_skips_compiled_ones) {
  const ScratchFolder folder;
  const CommandEnd end =
      run({.program = attngate_command,
           .arguments = {"sweep", "sdp", "--device", device, "--no-single", "--enable-math", "--dtype", "fp32",
                         "--batch-sizes", "4", "--num-heads", "4", "--max-sequence-lens", "32", "--embed-dimensions",
                         "64", "--save-path", folder / "rows.csv"}});
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  const Table table(folder / "rows.csv");
  ASSERT_EQ(table.rows(), 2u);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    EXPECT_EQ(table.cell(row, "status"), "ok") << table.cell(row, "detail");
    for (const char* time :
         {"nn_mha_time (\u00B5s)", "nn_mha_no_weights_time (\u00B5s)", "composite_mha_time (\u00B5s)"}) {
      EXPECT_GT(std::stod(table.cell(row, time)), 0) << time;
    }
    EXPECT_EQ(table.cell(row, "enable_math"), "True");
    EXPECT_EQ(table.cell(row, "nn_mha_backend"), "unfused") << "weights cost the fused branch";
  }
  EXPECT_EQ(table.cell(1, "compiled_nn_mha_time (\u00B5s)"), "skipped");
  EXPECT_NE(table.cell(1, "detail").find("sdp.py compiles without padding only"), std::string::npos);
}

TEST(SweepOnDevice, takes_further_paths_by_name) {
  const ScratchFolder folder;
  const CommandEnd end = run(small_fastpath({"--also", "nn_mha_slow.math", "--save-path", folder / "rows.csv"}, "31"));
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  EXPECT_GT(std::stod(Table(folder / "rows.csv").cell(0, "time_nn_mha_slow.math (\u00B5s)")), 0);
}

/// What does not depend on the clock.
CsvRow steady_cells(const Table& table, std::size_t row) {
  CsvRow cells;
  for (const char* column :
       {"dtype", "batch_size", "sequence_length", "n_heads", "embed_dim", "padding", "b", "tokens", "backend",
        "slow_backend", "composite_backend", "worst_margin", "checked_sequences", "status", "detail", "run"}) {
    cells.push_back(table.cell(row, column));
  }
  return cells;
}

TEST(SweepOnDevice, interrupted_at_a_third_keeps_its_rows_and_resumed_has_those_of_an_uninterrupted_run) {
  const ScratchFolder folder;
  const std::string pieces = folder / "pieces.csv", whole = folder / "whole.csv";
  RunningCommand first(long_fastpath(pieces, false));
  ASSERT_TRUE(wait_until([&] { return Table(pieces).rows() >= 10; }));
  first.send(SIGINT);
  const CommandEnd interrupted = first.wait();
  EXPECT_EQ(interrupted.exit_code, 1) << interrupted.output << interrupted.errors;
  EXPECT_NE(interrupted.output.find("interrupted"), std::string::npos) << interrupted.output;
  const std::size_t kept = Table(pieces).rows();
  EXPECT_TRUE(kept >= 10 && kept < 30) << kept;
  const std::string before = file_text(pieces);

  const CommandEnd resumed = run(long_fastpath(pieces, true));
  EXPECT_EQ(resumed.exit_code, 0) << resumed.output << resumed.errors;
  EXPECT_TRUE(file_text(pieces).starts_with(before)) << "rows that are there stay as they are";
  ASSERT_EQ(run(long_fastpath(whole, false)).exit_code, 0);
  const Table one(pieces), other(whole);
  ASSERT_EQ(one.rows(), 30u);
  ASSERT_EQ(other.rows(), 30u);
  for (std::size_t row = 0; row < 30; ++row) EXPECT_EQ(steady_cells(one, row), steady_cells(other, row)) << row;
}

TEST(SweepOnDevice, of_other_options_is_not_resumed) {
  const ScratchFolder folder;
  Command command = small_fastpath({"--save-path", folder / "rows.csv"}, "31");
  ASSERT_EQ(run(command).exit_code, 0);
  const std::string before = file_text(folder / "rows.csv");
  command.arguments.insert(command.arguments.end(), {"--resume", "--width", "0.5"});
  const CommandEnd end = run(command);
  EXPECT_EQ(end.exit_code, 2) << end.output << end.errors;
  EXPECT_NE(end.errors.find("other options"), std::string::npos) << end.errors;
  EXPECT_EQ(file_text(folder / "rows.csv"), before);
}

struct Trouble {
  std::string path;
  std::string detail;
  std::vector<std::string> more = {};
};

const std::vector<Trouble> troubles = {
    {"planted_dropped_last_key", "fast failed: wrong result: "},
    {"planted_throws", "fast failed: unexpected error"},
    {"planted_segfault", "planted_segfault: died by SIGSEGV"},
    {"planted_exit", "planted_exit: exited with code 3"},
    {"planted_endless_loop", "planted_endless_loop: no end after 10 s", {"--row-timeout", "10"}}};

Command sweep_in_trouble(const Trouble& trouble, const ScratchFolder& folder) {
  std::vector<std::string> more = {"--save-path", folder / (trouble.path + ".csv"), "--error-save-path",
                                   folder / (trouble.path + ".json")};
  more.insert(more.end(), trouble.more.begin(), trouble.more.end());
  return fastpath_with_planted(trouble.path, more);
}

void expect_one_row_lost(const Trouble& trouble, const ScratchFolder& folder, const CommandEnd& end) {
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  const Table table(folder / (trouble.path + ".csv"));
  ASSERT_EQ(table.rows(), 2u) << end.output << end.errors;
  EXPECT_EQ(table.cell(0, "status"), "error");
  // What LibTorch and CUDA do at exit may crash.
  const bool may_crash = device != "cpu" && trouble.path == "planted_exit";
  const std::string detail = may_crash ? "planted_exit: " : trouble.detail;
  EXPECT_NE(table.cell(0, "detail").find(detail), std::string::npos) << table.cell(0, "detail");
  const nlohmann::json errors = nlohmann::json::parse(file_text(folder / (trouble.path + ".json")));
  EXPECT_EQ(errors.at("batch:2_seq_len:16_n_heads:4_embed_dim:64"), 1);
  EXPECT_NE(end.output.find("error: row 1, batch:2_seq_len:16"), std::string::npos) << end.output;
  EXPECT_EQ(table.cell(1, "checked_sequences"), "1") << "the next row is measured";
}

TEST(SweepTroubleOnDevice, costs_its_row_is_counted_and_listed_and_the_sweep_goes_on) {
  const ScratchFolder folder;
  std::vector<Command> sweeps;
  for (const Trouble& trouble : troubles) sweeps.push_back(sweep_in_trouble(trouble, folder));
  const std::vector<CommandEnd> ends = run_together(sweeps);
  for (std::size_t index = 0; index < troubles.size(); ++index) {
    SCOPED_TRACE(troubles[index].path);
    expect_one_row_lost(troubles[index], folder, ends[index]);
  }
}

}  // namespace
}  // namespace attngate::test
