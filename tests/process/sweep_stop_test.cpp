// A sweep that is told to stop: what was measured is kept, and the stop itself makes no row.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "csv_table.h"
#include "small_sweep.h"

namespace attngate::test {
namespace {

/// How somebody asks for the stop.
struct Stop {
  std::string name;
  void (*ask)(const RunningCommand& sweep);
};

void PrintTo(const Stop& stop, std::ostream* out) { *out << stop.name; }

class SweepStopOnDevice : public testing::TestWithParam<Stop> {};

TEST_P(SweepStopOnDevice, in_the_middle_of_a_row_keeps_the_rows_before_and_makes_none) {
  const ScratchFolder folder;
  const std::string file = folder / "rows.csv";
  Command command = long_fastpath(file, false);
  command.own_group = true;
  RunningCommand sweep(command);
  ASSERT_TRUE(wait_until([&] { return Table(file).rows() >= 2; }));
  GetParam().ask(sweep);
  const CommandEnd end = sweep.wait();
  EXPECT_EQ(end.exit_code, 1) << "signal " << end.signal << end.output << end.errors;
  EXPECT_NE(end.output.find("interrupted: what was measured is kept, and --resume goes on behind it"),
            std::string::npos)
      << end.output;
  EXPECT_NE(end.output.find("Total errors: 0"), std::string::npos) << end.output;
  const Table table(file);
  EXPECT_TRUE(table.rows() >= 2 && table.rows() < 30) << table.rows();
  for (std::size_t row = 0; row < table.rows(); ++row)
    EXPECT_EQ(table.cell(row, "status"), "ok") << table.cell(row, "detail");
}

INSTANTIATE_TEST_SUITE_P(
    by, SweepStopOnDevice,
    testing::Values(Stop{"ctrl_c", [](const RunningCommand& sweep) { sweep.send_to_group(SIGINT); }},
                    Stop{"sigterm", [](const RunningCommand& sweep) { sweep.send(SIGTERM); }},
                    Stop{"sigterm_to_the_group", [](const RunningCommand& sweep) { sweep.send_to_group(SIGTERM); }},
                    Stop{"sigterm_to_process_and_group",  // as `timeout` does
                         [](const RunningCommand& sweep) {
                           sweep.send(SIGTERM);
                           ::usleep(1000);  // so that the two are not one
                           sweep.send_to_group(SIGTERM);
                         }}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace attngate::test
