// Every option and variable that takes a number: what is none is refused before any work, in the same words.
#include <gtest/gtest.h>

#include "command.h"
#include "one_helpful_line.h"

namespace attngate::test {
namespace {

/// An option that takes a number, behind a command that would run.
struct NumberOption {
  std::string name;
  std::vector<std::string> command;
  bool is_whole;
};

void PrintTo(const NumberOption& option, std::ostream* out) { *out << option.command[0] << " " << option.name; }

class NumberOptionTest : public testing::TestWithParam<NumberOption> {};

/// What is no number of any range.
const std::vector<std::string> no_numbers = {"nan",  "-nan", "inf", "-inf", "-1", "1e999",
                                             "0x10", "",     " 5",  "5 ",   "5x", "18446744073709551616"};

TEST_P(NumberOptionTest, refuses_what_is_no_number_of_its_range_before_any_work) {
  const NumberOption& option = GetParam();
  for (const std::string& text : no_numbers) {
    Command command = {.program = attngate_command, .arguments = option.command, .forked = true, .timeout_seconds = 20};
    command.arguments.insert(command.arguments.end(), {option.name, text});
    const CommandEnd end = run(command);
    EXPECT_EQ(end.exit_code, 2) << "'" << text << "' signal " << end.signal << end.output << end.errors;
    EXPECT_EQ(end.output, "") << "'" << text << "'";
    expect_one_helpful_line(
        end, {option.name, "'" + text + "'",
              option.is_whole ? ": allowed is a whole number, " : ": allowed is a number, ", " to ", "--help"});
  }
}

const std::vector<std::string> a_check = {"check", "--device", "cpu", "--property", "status", "--dtype", "fp32"};
const std::vector<std::string> a_table = {"faults", "--list"};
const std::vector<std::string> a_gate = {"gate", "run", "--device", "cpu"};
const std::vector<std::string> a_calibration = {"gate", "calibrate", "--device", "cpu"};
const std::vector<std::string> a_comparison = {"gate", "compare", "x.json", "--device", "cpu"};
const std::vector<std::string> a_study = {"gate", "study", "--device", "cpu"};
const std::vector<std::string> fastpath = {"sweep", "fastpath", "--device", "cpu", "--dry-run"};
const std::vector<std::string> sdp = {"sweep", "sdp", "--device", "cpu", "--dry-run"};

INSTANTIATE_TEST_SUITE_P(
    of, NumberOptionTest,
    testing::Values(NumberOption{"--cases", a_check, true}, NumberOption{"--seconds", a_check, false},
                    NumberOption{"--case-timeout", a_check, false}, NumberOption{"--cases", a_table, true},
                    NumberOption{"--seconds", a_table, false}, NumberOption{"--least-speedup", a_gate, false},
                    NumberOption{"--most-ratio", a_gate, false}, NumberOption{"--budget", a_gate, false},
                    NumberOption{"--pairs", a_gate, true}, NumberOption{"--process-pairs", a_gate, true},
                    NumberOption{"--confirm", a_gate, true}, NumberOption{"--processes", a_calibration, true},
                    NumberOption{"--process-pairs", a_calibration, true}, NumberOption{"--budget", a_comparison, false},
                    NumberOption{"--processes", a_study, true}, NumberOption{"--pairs", a_study, true},
                    NumberOption{"--block-size", fastpath, true}, NumberOption{"--batch-sizes", fastpath, true},
                    NumberOption{"--sequence-lengths", fastpath, true}, NumberOption{"--embed-dims", fastpath, true},
                    NumberOption{"--n-heads", fastpath, true}, NumberOption{"--b-values", fastpath, true},
                    NumberOption{"--width", fastpath, false}, NumberOption{"--least-pairs", fastpath, true},
                    NumberOption{"--most-pairs", fastpath, true}, NumberOption{"--row-seconds", fastpath, false},
                    NumberOption{"--row-timeout", fastpath, false}, NumberOption{"--most-rows", fastpath, true},
                    NumberOption{"--batch-sizes", sdp, true}, NumberOption{"--num-heads", sdp, true},
                    NumberOption{"--max-sequence-lens", sdp, true}, NumberOption{"--embed-dimensions", sdp, true}));

TEST(NumberVariableTest, refuses_what_is_no_number_of_its_range_before_any_work) {
  for (const char* name : {"ATTNGATE_CASES", "ATTNGATE_SECONDS", "ATTNGATE_CASE_TIMEOUT"}) {
    for (const std::string& text : no_numbers) {
      const CommandEnd end = run({.program = attngate_command,
                                  .arguments = a_check,
                                  .environment = {{name, text}},
                                  .forked = true,
                                  .timeout_seconds = 20});
      EXPECT_EQ(end.exit_code, 2) << name << "='" << text << "'" << end.output << end.errors;
      expect_one_helpful_line(end, {name + ("='" + text + "': allowed is a "), "number, ", " to "});
    }
  }
}

/// What all texts above are to options that take more than numbers.
TEST(SeedAndShareTest, refuse_what_is_no_number_before_any_work) {
  for (const std::string& text : no_numbers) {
    for (const auto& [command, name] :
         {std::pair{a_check, "--seed"}, {fastpath, "--seed"}, {a_gate, "--seed"}, {sdp, "--pad-percentages"}}) {
      if (text == "0x10" && name == std::string("--seed")) continue;  // a seed may be hexadecimal
      Command one = {.program = attngate_command, .arguments = command, .forked = true, .timeout_seconds = 20};
      one.arguments.insert(one.arguments.end(), {name, text});
      const CommandEnd end = run(one);
      EXPECT_EQ(end.exit_code, 2) << name << " '" << text << "'" << end.output << end.errors;
      expect_one_helpful_line(end, {name});
    }
  }
}

TEST(NumberTextTest, takes_ten_where_it_says_010) {
  Command command = {.program = attngate_command, .arguments = a_check, .forked = false};
  command.arguments.insert(command.arguments.end(), {"--cases", "010"});
  const CommandEnd end = run(command);
  EXPECT_EQ(end.exit_code, 0) << end.errors;
  EXPECT_NE(end.output.find("10 cases"), std::string::npos) << end.output;
}

}  // namespace
}  // namespace attngate::test
