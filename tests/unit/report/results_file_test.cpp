#include "attngate/report/results_file.h"

#include <gtest/gtest.h>

#include "unit/report/fake_run.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

TEST(ResultsFileTest, is_written_when_the_run_ends) {
  const ScratchFolder folder;
  ResultsFile file(folder.path(), fake_context());
  run_told_to(file);
  const ResultsFolder read = read_results(folder.path());
  EXPECT_EQ(read.errors, std::vector<std::string>{});
  ASSERT_EQ(read.results.size(), 1u);
  EXPECT_TRUE(std::filesystem::exists(folder / "property.fake.fp32.cpu.json"));
}

TEST(ResultsFileTest, that_cannot_be_written_ends_the_run_with_an_exception) {
  const ScratchFolder folder;
  write_text(folder / "file", "in the way");
  ResultsFile file(folder / "file", fake_context());
  EXPECT_THROW(run_told_to(file), ResultsError);
}

}  // namespace
}  // namespace attngate::test
