#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "attngate/case/text.h"
#include "attngate/source_folders.h"
#include "command.h"
#include "results_in.h"

namespace attngate::test {
namespace {

/// A record as its file has it: tests/known_issues says what the keys mean.
struct Record {
  std::filesystem::path file;
  std::map<std::string, std::string> header;
  std::vector<std::string> lines;

  bool is_for_this_device() const { return header.at("device") == device; }
  bool writes_outside() const { return header.at("gives") == "write outside"; }
  /// The property that fails without the record: results of a path that writes outside are right.
  std::string failing_property() const {
    if (writes_outside()) return "guarded_memory";
    return header.at("paths").find("cudnn") != std::string::npos ? "agreement_cudnn" : "agreement";
  }
};

Record read_record(const std::filesystem::path& file) {
  Record record{file, {}, {}};
  std::istringstream text(file_text(file));
  for (std::string line; std::getline(text, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t colon = line.find(':');
    if (line.starts_with("dtype=")) {
      record.lines.push_back(line);
    } else {
      record.header[line.substr(0, colon)] = line.substr(line.find_first_not_of(' ', colon + 1));
    }
  }
  return record;
}

/// The records in force on the device under test.
std::vector<Record> records() {
  std::vector<Record> all;
  for (const auto& entry : std::filesystem::directory_iterator(attngate::known_issues_folder)) {
    Record record = read_record(entry.path());
    if (record.is_for_this_device()) all.push_back(std::move(record));
  }
  return all;
}

void write_file(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }

/// LibTorch's version, as results give it.
std::string libtorch_version() {
  const ScratchFolder folder;
  run({.program = attngate_command,
       .arguments = {"check", "--property", "status", "--dtype", "fp32", "--cases", "1", "--device", "cpu", "--json",
                     folder / "results.json"}});
  return results_in(folder / "results.json").at(0).at("versions").at("libtorch");
}

/// A folder of records with one for a planted path.
std::string record_of(const std::string& path) {
  return "finding: planted\nlibtorch: " + libtorch_version() + "\ndevice: " + device + "\npaths: " + path +
         "\nshapes: ambiguous_nested_strides\ngives: wrong result\n\ndtype=fp32 heads=2 head_dim=8 lengths=1,1\n";
}

CommandEnd check_with_records(const std::string& path, const std::string& records_folder,
                              const std::string& json_file) {
  return run({.program = planted_command,
              .arguments = {"check", "--property", "agreement", "--property", "known_issues", "--path", path, "--dtype",
                            "fp32", "--device", device, "--cases", "300", "--seed", "1", "--json", json_file},
              .environment = {{"ATTNGATE_PLANTED", path}, {"ATTNGATE_KNOWN_ISSUES", records_folder}}});
}

TEST(KnownIssueOnDevice, holds_while_it_is_on_record) {
  const ScratchFolder folder, records_folder;
  write_file(records_folder / "planted.case", record_of("planted_known_issue"));
  const CommandEnd end = check_with_records("planted_known_issue", records_folder.path(), folder / "results.json");
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  for (const nlohmann::json& result : results_in(folder / "results.json"))
    EXPECT_EQ(result.at("status"), "holds") << result.dump(2);
}

TEST(KnownIssueOnDevice, is_found_and_shrunk_as_soon_as_its_record_is_removed) {
  const ScratchFolder folder, no_records;
  const CommandEnd end = check_with_records("planted_known_issue", no_records.path(), folder / "results.json");
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  const nlohmann::json failure = results_in(folder / "results.json").at(0).at("failures").at(0);
  EXPECT_EQ(failure.at("path"), "planted_known_issue");
  EXPECT_EQ(failure.at("status"), "wrong result");
  const AttentionCase shrunk = parse_line(failure.at("shrunk").at("line").get<std::string>());
  EXPECT_EQ(shrunk.lengths, (std::vector<std::int64_t>{1, 1})) << failure.dump(2);
}

TEST(KnownIssueOnDevice, that_is_mended_is_reported) {
  const ScratchFolder folder, records_folder;
  write_file(records_folder / "planted.case", record_of("planted_healthy"));
  const CommandEnd end = check_with_records("planted_healthy", records_folder.path(), folder / "results.json");
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
  EXPECT_NE(end.output.find("planted_healthy: unexpected success"), std::string::npos) << end.output;
}

TEST(KnownIssueOnDevice, of_libtorch_replays_each_line_in_a_fresh_process_as_recorded) {
  if (records().empty()) GTEST_SKIP() << "no known issue is on record for " << device;
  std::vector<Command> replays;
  for (const Record& record : records()) {
    for (const std::string& line : record.lines)
      replays.push_back({.program = attngate_command,
                         .arguments = {"replay", line, "--property", "known_issues", "--device", device}});
  }
  const std::vector<CommandEnd> ends = run_together(replays);
  for (std::size_t index = 0; index < ends.size(); ++index) {
    const std::string& line = replays[index].arguments[1];
    const CommandEnd& end = ends[index];
    EXPECT_EQ(end.exit_code, 0) << line << '\n' << end.output << end.errors;
    EXPECT_NE(end.output.find("defect as recorded"), std::string::npos) << line << '\n' << end.output;
  }
}

/// A run over the record's own lines with all other records in force, and what it reads and leaves.
struct RunWithoutRecord {
  explicit RunWithoutRecord(Record record) : removed(std::move(record)) {
    for (const auto& entry : std::filesystem::directory_iterator(attngate::known_issues_folder)) {
      if (entry.path() != removed.file) std::filesystem::copy(entry.path(), others / entry.path().filename());
    }
    std::string lines;
    for (const std::string& line : removed.lines) lines += line + '\n';
    write_file(corpus / "removed.case", lines);
  }

  Command command() const {
    return {.program = attngate_command,
            .arguments = {"check", "--property", removed.failing_property(), "--dtype",
                          to_string(parse_line(removed.lines.front()).dtype), "--device", device, "--cases", "1",
                          "--seed", "1", "--corpus", corpus.path(), "--json", results / "results.json"},
            .environment = {{"ATTNGATE_KNOWN_ISSUES", others.path()}}};
  }

  void expect_shrunk_failure(const CommandEnd& end) const {
    EXPECT_EQ(end.exit_code, 1) << removed.file << '\n' << end.output << end.errors;
    const nlohmann::json failures = results_in(results / "results.json").at(0).at("failures");
    ASSERT_FALSE(failures.empty()) << removed.file << '\n' << end.output;
    for (const nlohmann::json& failure : failures) {
      const std::string path = failure.at("path"), shrunk = failure.at("shrunk").at("line");
      EXPECT_NE(removed.header.at("paths").find(path), std::string::npos) << removed.file << '\n' << end.output;
      const AttentionCase smallest =
          parse_line(shrunk.empty() ? failure.at("first").at("line").get<std::string>() : shrunk);
      EXPECT_LE(smallest.batch_size(), 2) << failure.dump(2);
      // Keys are split where there are more of them than one block of the kernel takes: 129 is the shortest on record.
      EXPECT_LE(smallest.total_tokens(), removed.writes_outside() ? 257 : 6) << failure.dump(2);
    }
  }

  Record removed;
  ScratchFolder others, corpus, results;
};

TEST(KnownIssueOnDevice, of_libtorch_fails_the_gate_shrunk_as_soon_as_its_record_is_removed) {
  if (records().empty()) GTEST_SKIP() << "no known issue is on record for " << device;
  std::deque<RunWithoutRecord> runs;
  std::vector<Command> commands;
  for (Record& record : records()) commands.push_back(runs.emplace_back(std::move(record)).command());
  const std::vector<CommandEnd> ends = run_together(commands);
  for (std::size_t index = 0; index < runs.size(); ++index) runs[index].expect_shrunk_failure(ends[index]);
}

}  // namespace
}  // namespace attngate::test
