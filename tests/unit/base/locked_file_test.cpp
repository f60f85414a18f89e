#include "attngate/base/locked_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "attngate/base/usage_error.h"
#include "unit/run/child_process.h"

namespace attngate::test {
namespace {

TEST(LockedFileTest, is_made_where_it_is_missing_and_is_one_owners_at_a_time) {
  const ScratchFolder folder;
  const std::string path = folder / "file";
  EXPECT_FALSE(is_locked(path));
  {
    const LockedFile one(path);
    EXPECT_FALSE(one.is_taken());
    EXPECT_EQ(one.error(), 0);
    EXPECT_TRUE(LockedFile(path).is_taken());
    EXPECT_TRUE(is_locked(path));
  }
  EXPECT_FALSE(is_locked(path));
  EXPECT_FALSE(LockedFile(path).is_taken());
}

TEST(LockedFileTest, is_free_behind_its_owner_even_where_a_forked_worker_lives_on) {
  const ScratchFolder folder;
  std::optional<LockedFile> file(folder / "file");
  const ChildProcess worker([] { return ::pause(); });
  file.reset();
  EXPECT_FALSE(is_locked(folder / "file"));
}

TEST(LockedFileTest, is_free_when_its_process_was_killed) {
  const ScratchFolder folder;
  const std::string path = folder / "file";
  ChildProcess owner([&] {
    const LockedFile file(path);
    return ::pause();
  });
  for (int attempt = 0; attempt < 1000 && !is_locked(path); ++attempt) ::usleep(10'000);
  ASSERT_TRUE(is_locked(path));
  owner.send(SIGKILL);
  owner.wait();
  EXPECT_FALSE(is_locked(path));
}

TEST(LockedFileTest, says_why_it_cannot_be_written) {
  const ScratchFolder folder;
  EXPECT_EQ(LockedFile(folder / "missing/file").error(), ENOENT);
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0644), 0);
  EXPECT_EQ(LockedFile(folder / "pipe").error(), EINVAL);
}

TEST(OutputLockTest, refuses_a_second_run_and_goes_away_with_the_first) {
  const ScratchFolder folder;
  const std::string path = folder / "x.json";
  {
    const OutputLock one("--json", path);
    EXPECT_THROW(OutputLock("--json", path), UsageError);
    const OutputLock other("--json", folder / "y.json");
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  const OutputLock again("--json", path);
}

TEST(OutputLockTest, does_not_mind_what_a_killed_run_left) {
  const ScratchFolder folder;
  write_text(folder / "x.json.lock", "");
  { const OutputLock lock("--json", folder / "x.json"); }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace attngate::test
