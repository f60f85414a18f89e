#include "attngate/base/input_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

TEST(InputProblemTest, is_none_for_a_file_or_a_link_to_one) {
  const ScratchFolder folder;
  write_text(folder / "file", "text");
  std::filesystem::create_symlink("file", folder / "link");
  EXPECT_EQ(input_problem(folder / "file"), "");
  EXPECT_EQ(input_problem(folder / "link"), "");
}

TEST(InputProblemTest, is_what_keeps_a_file_from_being_read) {
  const ScratchFolder folder;
  EXPECT_EQ(input_problem(folder / "missing"), "No such file or directory");
  EXPECT_EQ(input_problem(folder.path()), "Is a directory");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0644), 0);
  EXPECT_EQ(input_problem(folder / "pipe"), "it is no regular file");
  EXPECT_EQ(input_problem("/dev/zero"), "it is no regular file");
  std::filesystem::create_symlink("loop", folder / "loop");
  EXPECT_EQ(input_problem(folder / "loop"), "Too many levels of symbolic links");
}

TEST(InputProblemTest, is_a_size_beyond_what_is_read_whole) {
  const ScratchFolder folder;
  write_text(folder / "file", "12345");
  EXPECT_EQ(input_problem(folder / "file", 5), "");
  EXPECT_EQ(input_problem(folder / "file", 4), "it has 5 bytes, at most 4 are read");
}

TEST(ReadInputTest, gives_all_of_a_file_an_empty_one_included_or_says_why_not) {
  const ScratchFolder folder;
  const std::string binary("a\0b\r\n", 5);
  write_text(folder / "file", binary);
  write_text(folder / "empty", "");
  EXPECT_EQ(read_input(folder / "file").text, binary);
  EXPECT_EQ(read_input(folder / "file").problem, "");
  EXPECT_EQ(read_input(folder / "empty").problem, "");
  EXPECT_EQ(read_input(folder / "missing").problem, "No such file or directory");
  EXPECT_EQ(read_input(folder / "file", 4).problem, "it has 5 bytes, at most 4 are read");
}

}  // namespace
}  // namespace attngate::test
