#include <gtest/gtest.h>

#include "command.h"

namespace attngate::test {
namespace {

struct Help {
  std::string name;
  std::vector<std::string> arguments;
  std::vector<std::string> mentions;
};

void PrintTo(const Help& help, std::ostream* out) { *out << help.name; }

class HelpTest : public testing::TestWithParam<Help> {};

TEST_P(HelpTest, ends_with_0_and_mentions_options_and_an_example) {
  Command command = {.program = attngate_command, .arguments = GetParam().arguments, .forked = true};
  command.arguments.push_back("--help");
  const CommandEnd end = run(command);
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.errors, "");
  for (const std::string& text : GetParam().mentions) {
    EXPECT_NE(end.output.find(text), std::string::npos) << text << " is missing in\n" << end.output;
  }
}

const Help helps[] = {
    {"attngate", {}, {"check", "replay", "list", "report", "Exit codes", "ATTNGATE_SEED", "--version"}},
    {"check",
     {"check"},
     {"--property", "--dtype", "--path", "--device", "--cases", "--seconds", "--seed", "--corpus", "--results",
      "--json", "--stop-at-first", "--in-process", "--case-timeout", "Env:ATTNGATE_CASES", "Env:ATTNGATE_SECONDS",
      "Example", "Exit code"}},
    {"replay",
     {"replay"},
     {"LINE", "--property", "--path", "--device", "--json", "--in-process", "Example",
      "attngate replay 'dtype=", "lengths", "parameter_offset", "Exit code"}},
    {"list", {"list"}, {"--json", "Example"}},
    {"faults",
     {"faults"},
     {"--fault", "--dtype", "--cases", "--seconds", "--seed", "Env:ATTNGATE_SEED", "--corpus", "none", "--json",
      "Example"}},
    {"gate",
     {"gate"},
     {"run", "list", "calibrate", "compare", "study", "tally", "attngate gate run --help", "Example"}},
    {"gate_run",
     {"gate", "run"},
     {"--gate", "--class", "--pairs", "--confirm", "--process-pairs", "--bounds", "--plant", "--case",
      "--least-speedup", "--json", "Env:ATTNGATE_SEED", "Which gates", "How they are measured", "How they are decided",
      "A gate of your own", "Example", "Exit code"}},
    {"gate_list", {"gate", "list"}, {"--gate", "--class", "Example"}},
    {"gate_calibrate",
     {"gate", "calibrate"},
     {"--processes", "--baseline", "--write-bounds", "--loosen-bounds", "Example", "Exit code"}},
    {"gate_compare", {"gate", "compare"}, {"BASELINE", "--gate", "Example", "Exit code"}},
    {"gate_study", {"gate", "study"}, {"--processes", "--pairs", "--json", "tools/plot.py", "Example"}},
    {"gate_tally", {"gate", "tally"}, {"STUDY", "--json", "Example"}},
    {"sweep", {"sweep"}, {"fastpath", "sdp", "Example"}},
    {"sweep_fastpath",
     {"sweep", "fastpath"},
     {"--batch-sizes", "--sequence-lengths", "--embed-dims", "--n-heads", "--b-values", "--block-size", "--dtype",
      "--seed", "--width", "--least-pairs", "--save-path", "--error-save-path", "--json", "--resume", "Ctrl-C",
      "Example", "Exit code"}},
    {"sweep_sdp",
     {"sweep", "sdp"},
     {"--num-heads", "--max-sequence-lens", "--embed-dimensions", "--pad-percentages", "--enable-math",
      "--disable-flash", "--disable-mem-efficient", "--disable-cudnn", "--no-single", "--save-path", "--resume",
      "Example", "Exit code"}},
    {"report", {"report"}, {"RESULTS", "--paths", "Example", "Exit code"}}};

INSTANTIATE_TEST_SUITE_P(of, HelpTest, testing::ValuesIn(helps), [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace attngate::test
