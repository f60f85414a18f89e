#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "command.h"

namespace attngate::test {

/// Something that a user may get wrong, and the words that must help.
struct BadInput {
  std::string name;
  std::string program;
  std::vector<std::string> arguments;
  std::vector<std::string> helping_words;
  std::map<std::string, std::string> environment = {};
  std::uint64_t most_file_bytes = 0;
};

inline void PrintTo(const BadInput& bad, std::ostream* out) { *out << bad.name; }

/// A folder with everything that the cases below stumble over.
class TroubleFolder {
 public:
  TroubleFolder() {
    for (const char* name : {"empty_folder", "bad_corpus", "bad_results", "old_results"})
      std::filesystem::create_directory(folder_ / name);
    write_text(folder_ / "a_file", "text");
    std::filesystem::create_symlink("a_file", folder_ / "a_link");
    write_text(folder_ / "bad_corpus/bad.case",
               "# a comment\ndtype=fp32 heads=1 head_dim=8 lengths=1\ndtype=fp32 heads=1 head_dim=8 length=1\n");
    write_text(folder_ / "bad_results/torn.json", "{\"schema\": \"attngate.results\", \"vers");
    write_text(folder_ / "other_rows.csv", "a,b\n1,2\n");
    write_text(folder_ / "old_results/old.json", "{\"schema\": \"attngate.results\", \"version\": 99}");
  }

  std::string path() const { return folder_.path(); }

  /// Every file with its text: nothing may come, go or change.
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      all[entry.path().string()] = entry.is_regular_file() ? file_text(entry.path().string()) : "";
    }
    return all;
  }

 private:
  ScratchFolder folder_;
};

class BadInputTest : public testing::TestWithParam<BadInput> {};

inline std::string name_of(const testing::TestParamInfo<BadInput>& test) { return test.param.name; }

}  // namespace attngate::test
