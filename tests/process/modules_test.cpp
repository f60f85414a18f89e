#include <gtest/gtest.h>

#include "attngate/sweep/csv.h"
#include "command.h"

namespace attngate::test {
namespace {

/// The cell of a column in the row behind the header.
std::string cell(const CsvText& table, std::size_t row, const std::string& column) {
  for (std::size_t index = 0; index < table.rows.at(0).size(); ++index) {
    if (table.rows[0][index] == column) return table.rows.at(row + 1).at(index);
  }
  throw std::out_of_range("no column " + column);
}

// Needs the modules of ci/export_modules.py: CTest makes them first, by hand a failure says how.
TEST(SweepOfModules, sdp_checks_and_times_the_compiled_paths_without_padding) {
  const ScratchFolder folder;
  const CommandEnd end = run({.program = attngate_command,
                              .arguments = {"sweep", "sdp", "--device", device, "--no-single", "--enable-math", "--dtype", "fp32", "--batch-sizes", "4",
                                            "--num-heads", "4", "--max-sequence-lens", "32", "--embed-dimensions", "128", "--save-path", folder / "rows.csv"}});
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  const CsvText table = parse_csv(file_text(folder / "rows.csv"));
  ASSERT_EQ(table.rows.size(), 3u) << "a header, a row without padding and a row with it";
  EXPECT_EQ(cell(table, 0, "status"), "ok");
  EXPECT_EQ(cell(table, 0, "detail"), "");
  for (const char* time : {"compiled_nn_mha_time (\u00B5s)", "compiled_composite_mha_time (\u00B5s)"}) {
    ASSERT_NE(cell(table, 0, time), "skipped") << cell(table, 0, "detail");
    EXPECT_GT(std::stod(cell(table, 0, time)), 0) << time;
    EXPECT_EQ(cell(table, 1, time), "skipped") << time;
  }
}

}  // namespace
}  // namespace attngate::test
