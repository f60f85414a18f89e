#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "command.h"
#include "results_in.h"

namespace attngate::test {
namespace {

TEST(StandStillOnDevice, of_a_run_and_its_workers_counts_neither_as_hung_nor_as_time_of_the_run) {
  const ScratchFolder folder;
  Command command =
      check_planted("planted_healthy", {"--dtype", "fp32", "--cases", "1000000", "--seconds", "2", "--case-timeout",
                                        "1.5", "--json", folder / "results.json", "--results", folder / "each"});
  command.own_group = true;
  RunningCommand running(command);
  const std::string journal = (folder / "each/") + "property.agreement.fp32." + device + ".journal";
  ASSERT_TRUE(wait_until([&] { return file_text(journal).find("\ndtype=fp32") != std::string::npos; }))
      << running.wait().errors;
  ::usleep(500'000);  // the first case loads much
  running.send_to_group(SIGSTOP);
  ::usleep(4'000'000);
  running.send_to_group(SIGCONT);
  const CommandEnd end = running.wait();
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  const nlohmann::json result = results_in(folder / "results.json").at(0);
  EXPECT_EQ(result.at("status"), "holds") << result.dump(2);
  EXPECT_GT(result.at("loop_seconds"), 1.5) << result.dump(2);
  EXPECT_LT(result.at("loop_seconds"), 4) << result.dump(2);
}

}  // namespace
}  // namespace attngate::test
