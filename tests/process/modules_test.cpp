#include <gtest/gtest.h>

#include "command.h"
#include "csv_table.h"

namespace attngate::test {
namespace {

// Needs the modules of ci/export_modules.py: CTest makes them first, by hand a failure says how.
TEST(SweepOfModules, sdp_checks_and_times_the_compiled_paths_without_padding) {
  const ScratchFolder folder;
  const CommandEnd end =
      run({.program = attngate_command,
           .arguments = {"sweep", "sdp", "--device", device, "--no-single", "--enable-math", "--dtype", "fp32",
                         "--batch-sizes", "4", "--num-heads", "4", "--max-sequence-lens", "32", "--embed-dimensions",
                         "128", "--save-path", folder / "rows.csv"}});
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  const Table table(folder / "rows.csv");
  ASSERT_EQ(table.rows(), 2u) << "a row without padding and a row with it";
  EXPECT_EQ(table.cell(0, "status"), "ok");
  EXPECT_EQ(table.cell(0, "detail"), "");
  for (const char* time : {"compiled_nn_mha_time (\u00B5s)", "compiled_composite_mha_time (\u00B5s)"}) {
    ASSERT_NE(table.cell(0, time), "skipped") << table.cell(0, "detail");
    EXPECT_GT(std::stod(table.cell(0, time)), 0) << time;
    EXPECT_EQ(table.cell(1, time), "skipped") << time;
  }
}

}  // namespace
}  // namespace attngate::test
