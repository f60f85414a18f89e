// Files that are no good inputs, and inputs that are named as outputs: told at once, and nothing is lost.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "command.h"
#include "one_helpful_line.h"

namespace attngate::test {
namespace {

/// What a folder may have in a file's place: a name, and what is said of it.
struct NoInput {
  std::string name;
  std::string problem;
  void (*make)(const std::string& path);
};

void PrintTo(const NoInput& one, std::ostream* out) { *out << one.name; }

class NoInputTest : public testing::TestWithParam<NoInput> {
 protected:
  /// In a folder by itself.
  std::string made(const std::string& file) const {
    const std::string folder = folder_ / ("of_" + file);
    std::filesystem::create_directory(folder);
    GetParam().make(folder + "/" + file);
    return folder;
  }

  /// Ends with 2 and says what is wrong with the file, at once.
  static void expect_told(std::vector<std::string> arguments, const std::string& file,
                          const std::map<std::string, std::string>& environment = {}) {
    const CommandEnd end = run({.program = attngate_command,
                                .arguments = std::move(arguments),
                                .environment = environment,
                                .forked = true,
                                .timeout_seconds = 20});
    EXPECT_EQ(end.exit_code, 2) << "signal " << end.signal << end.output << end.errors;
    expect_one_helpful_line(end, {file, "cannot be read", GetParam().problem});
  }

 private:
  ScratchFolder folder_;
};

TEST_P(NoInputTest, among_files_of_cases_is_told) {
  const std::string folder = made("x.case");
  expect_told({"check", "--device", "cpu", "--corpus", folder}, "x.case");
  expect_told({"faults", "--device", "cpu", "--corpus", folder}, "x.case");
  expect_told({"check", "--device", "cpu"}, "x.case", {{"ATTNGATE_KNOWN_ISSUES", folder}});
}

TEST_P(NoInputTest, in_the_place_of_a_file_of_a_gate_is_told) {
  const std::string file = made("x.json") + "/x.json";
  expect_told({"gate", "run", "--device", "cpu", "--bounds", file}, "x.json");
  expect_told({"gate", "compare", file, "--device", "cpu"}, "x.json");
  expect_told({"gate", "tally", file}, "x.json");
}

TEST_P(NoInputTest, among_results_is_told) { expect_told({"report", made("x.json")}, "x.json"); }

INSTANTIATE_TEST_SUITE_P(
    of, NoInputTest,
    testing::Values(NoInput{"a_pipe", "no regular file", [](const std::string& path) { ::mkfifo(path.c_str(), 0644); }},
                    NoInput{"a_folder", "Is a directory",
                            [](const std::string& path) { std::filesystem::create_directory(path); }},
                    NoInput{"a_link_to_nothing", "No such file",
                            [](const std::string& path) { std::filesystem::create_symlink("nothing", path); }},
                    NoInput{"ten_gigabytes", "10,000,000,000 bytes",
                            [](const std::string& path) {
                              write_text(path, "");
                              std::filesystem::resize_file(path, 10'000'000'000);  // holes
                            }}),
    [](const auto& test) { return test.param.name; });

/// An output that is an input of the run.
struct InputAsOutput {
  std::string name;
  std::vector<std::string> arguments;
  std::string file;
};

void PrintTo(const InputAsOutput& one, std::ostream* out) { *out << one.name; }

class InputAsOutputTest : public testing::TestWithParam<InputAsOutput> {};

TEST_P(InputAsOutputTest, is_refused_and_stays_as_it_was) {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder / "corpus");
  for (const char* name : {"corpus/known.case", "corpus/empty.case", "bounds.json", "study.json", "baseline.json"})
    write_text(folder / name, "");
  write_text(folder / "corpus/known.case", "dtype=fp32 heads=1 head_dim=8 lengths=1\n");
  write_text(folder / "bounds.json", R"({"schema": "attngate.gate_bounds", "version": 1, "bounds": []})");
  write_text(folder / "study.json", R"({"schema": "attngate.gate_study", "version": 2})");
  write_text(folder / "baseline.json", R"({"schema": "attngate.gate_baseline", "version": 2})");
  const std::string before = file_text(folder / GetParam().file);
  const CommandEnd end = run({.program = attngate_command,
                              .arguments = GetParam().arguments,
                              .folder = folder.path(),
                              .forked = true,
                              .timeout_seconds = 20});
  EXPECT_EQ(end.exit_code, 2) << "signal " << end.signal << end.output << end.errors;
  expect_one_helpful_line(end, {GetParam().file});
  EXPECT_TRUE(std::filesystem::exists(folder / GetParam().file));
  EXPECT_EQ(file_text(folder / GetParam().file), before);
}

std::vector<std::string> on_the_cpu(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--device", "cpu"});
  return arguments;
}

INSTANTIATE_TEST_SUITE_P(
    of, InputAsOutputTest,
    testing::Values(
        InputAsOutput{"check", on_the_cpu({"check", "--corpus", "corpus", "--json", "corpus/known.case"}),
                      "corpus/known.case"},
        InputAsOutput{"check_of_an_empty_file",
                      on_the_cpu({"check", "--corpus", "corpus", "--json", "corpus/empty.case"}), "corpus/empty.case"},
        InputAsOutput{"faults", on_the_cpu({"faults", "--corpus", "corpus", "--json", "corpus/empty.case"}),
                      "corpus/empty.case"},
        InputAsOutput{"list", {"list", "--json", "corpus/known.case"}, "corpus/known.case"},
        InputAsOutput{"list_over_a_baseline", {"list", "--json", "baseline.json"}, "baseline.json"},
        InputAsOutput{"sweep", on_the_cpu({"sweep", "sdp", "--overwrite", "--save-path", "corpus/empty.case"}),
                      "corpus/empty.case"},
        InputAsOutput{"gate", on_the_cpu({"gate", "run", "--bounds", "bounds.json", "--json", "bounds.json"}),
                      "bounds.json"},
        InputAsOutput{"calibration",
                      on_the_cpu({"gate", "calibrate", "--bounds", "bounds.json", "--baseline", "bounds.json"}),
                      "bounds.json"},
        InputAsOutput{"bounds_over_a_baseline", on_the_cpu({"gate", "calibrate", "--write-bounds", "baseline.json"}),
                      "baseline.json"},
        InputAsOutput{"tally", {"gate", "tally", "study.json", "--json", "./study.json"}, "study.json"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace attngate::test
