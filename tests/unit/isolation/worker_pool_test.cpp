#include "attngate/isolation/worker_pool.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

#include "attngate/isolation/worker_error.h"
#include "unit/isolation/generous_limits.h"
#include "unit/isolation/worker_bodies.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

using Kind = WorkerReply::Kind;

WorkerReply ask(WorkerPool& pool, const std::string& request) { return pool.ask(request, generous, generous.seconds); }

/// What the WorkerError says; "no error" where there is none.
std::string error_of(WorkerPool& pool) {
  try {
    ask(pool, "anything");
  } catch (const WorkerError& error) {
    return error.what();
  }
  return "no error";
}

TEST(WorkerPoolTest, keeps_one_worker_while_all_goes_well) {
  WorkerPool pool(obedient());
  EXPECT_TRUE(pool.processes().empty());
  const std::string first = ask(pool, "who").answer;
  EXPECT_EQ(ask(pool, "who").answer, first);
  EXPECT_EQ(pool.processes().size(), 1u);
}

TEST(WorkerPoolTest, goes_on_with_another_worker_after_every_kind_of_death) {
  WorkerPool pool(obedient());
  for (const std::string request : {"segfault", "abort", "exit 3", "kill"}) {
    EXPECT_EQ(ask(pool, request).kind, Kind::died) << request;
    EXPECT_EQ(ask(pool, "on").answer, "done: on");
  }
  EXPECT_EQ(pool.ask("loop", {0.1, generous.host_bytes}, 1).kind, Kind::hung);
  EXPECT_EQ(ask(pool, "on").answer, "done: on");
  EXPECT_EQ(pool.ask("eat", {60, std::uint64_t{128} << 20}, 60).kind, Kind::out_of_memory);
  EXPECT_EQ(ask(pool, "on").answer, "done: on");
}

TEST(WorkerPoolTest, replaces_a_worker_that_died_while_it_waited_without_a_word) {
  WorkerPool pool(obedient());
  ask(pool, "one");
  ::kill(pool.processes().front(), SIGKILL);
  ::usleep(50'000);
  EXPECT_EQ(ask(pool, "two").answer, "done: two");
}

TEST(WorkerPoolTest, replaces_a_worker_that_is_discarded) {
  WorkerPool pool(obedient());
  const std::string first = ask(pool, "who").answer;
  pool.discard_worker();
  EXPECT_NE(ask(pool, "who").answer, first);
}

TEST(WorkerPoolTest, gives_a_warm_worker_less_time_than_a_cold_one) {
  WorkerPool pool(obedient());
  EXPECT_EQ(pool.ask("slow", generous, 0.05).answer, "done: slow");  // cold
  EXPECT_EQ(pool.ask("slow", generous, 0.05).kind, Kind::hung);
  EXPECT_EQ(pool.ask("slow", generous, 0.05).answer, "done: slow");  // cold again
  pool.warm_up_with("anything");
  EXPECT_EQ(pool.ask("slow", generous, 0.05).kind, Kind::hung);
  EXPECT_EQ(pool.ask("slow", generous, 0.05).kind, Kind::hung);  // a new one, but warmed up
}

TEST(WorkerPoolTest, has_replacements_standing_by_while_deaths_are_expected) {
  WorkerPool pool({[] { ::usleep(100'000); }, obey}, {.standbys = 2});
  ask(pool, "one");
  EXPECT_EQ(pool.processes().size(), 1u);
  pool.look_closer();
  ask(pool, "two");
  EXPECT_EQ(pool.processes().size(), 3u);
  const pid_t next = pool.processes().at(1);
  ask(pool, "abort");
  EXPECT_EQ(ask(pool, "who").answer, std::to_string(next));
  EXPECT_EQ(pool.processes().size(), 3u);
  pool.look_as_usual();
  EXPECT_EQ(pool.processes().size(), 1u);
  EXPECT_EQ(ask(pool, "three").answer, "done: three");
}

TEST(WorkerPoolTest, does_not_wait_for_a_start_after_a_death_that_it_expected) {
  WorkerPool pool({[] { ::usleep(300'000); }, obey}, {.standbys = 2});
  pool.look_closer();
  ask(pool, "one");
  ::usleep(600'000);  // the standbys get ready
  const auto start = std::chrono::steady_clock::now();
  ask(pool, "abort");
  ask(pool, "two");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took.count(), 0.25);
}

TEST(WorkerPoolTest, gives_workers_another_environment_only_while_it_looks_closer) {
  WorkerPool pool(obedient(), {.closer_environment = {{"ATTNGATE_TEST_WORKER", "closer"}}});
  EXPECT_EQ(ask(pool, "environment").answer, "none");
  pool.look_closer();
  EXPECT_EQ(ask(pool, "environment").answer, "closer");
  ask(pool, "abort");
  EXPECT_EQ(ask(pool, "environment").answer, "closer");
  pool.look_as_usual();
  EXPECT_EQ(ask(pool, "environment").answer, "none");
}

TEST(WorkerPoolTest, gives_up_with_a_clear_error_on_workers_that_cannot_start) {
  WorkerPool dying({[] { ::_exit(5); }, obey});
  EXPECT_EQ(error_of(dying), "no worker can be started: it exited with code 5");
  WorkerPool refusing({[] { throw std::runtime_error("no GPU in here"); }, obey});
  EXPECT_EQ(error_of(refusing), "no worker can be started: no GPU in here");
  WorkerPool slow({loop_forever, obey}, {.start_seconds = 0.05});
  EXPECT_EQ(error_of(slow), "no worker can be started: it was not ready in 0.05 s");
}

TEST(WorkerPoolTest, tries_again_when_one_worker_fails_to_start) {
  const ScratchFolder folder;
  WorkerPool pool({[&] {
                     if (!file_text(folder / "tried").empty()) return;
                     std::ofstream(folder / "tried") << "yes";
                     ::_exit(1);
                   },
                   obey});
  EXPECT_EQ(ask(pool, "one").answer, "done: one");
}

TEST(WorkerPoolTest, does_without_a_warm_up_that_kills) {
  WorkerPool pool(obedient());
  pool.warm_up_with("abort");
  EXPECT_EQ(ask(pool, "one").answer, "done: one");
}

}  // namespace
}  // namespace attngate::test
