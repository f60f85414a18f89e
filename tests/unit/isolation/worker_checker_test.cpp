#include "attngate/isolation/worker_checker.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "attngate/case/text.h"
#include "attngate/isolation/worker_request.h"
#include "attngate/run/for_all.h"
#include "attngate/run/journal.h"
#include "attngate/run/stop_request.h"
#include "unit/isolation/worker_bodies.h"
#include "unit/run/fakes.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

/// A path and what it does on cases of that many sequences or more.
struct BadPath {
  std::string name;
  std::size_t from_batch;
  std::function<void()> does;
};

/// A body that runs `healthy` and then each bad path on every case.
WorkerBody body_of(const std::vector<BadPath>& bad_paths) {
  return {[] {},
          [bad_paths](std::string_view bytes, const OnPath& on_path) {
            const CaseRequest request = decode<CaseRequest>(worker_request_from(bytes).message);
            const AttentionCase value = parse_line(request.line);
            Verdict verdict = holding(0.25, "healthy");
            for (const BadPath& path : bad_paths) {
              if (std::ranges::count(request.quarantined, path.name) > 0) continue;
              on_path(path.name);
              if (value.lengths.size() >= path.from_batch) path.does();
              verdict.paths.push_back(holding(0.25, path.name).paths.front());
            }
            on_path("");
            return encode(verdict);
          }};
}

RunReport run(const WorkerBody& body, ForAllOptions options, double case_seconds = 10,
              const CostLimit& limit = cpu_limit()) {
  WorkerPool pool(body);
  WorkerChecker checker(pool, {.property = "fake"}, case_seconds, limit);
  return for_all(options, draw_fake, shrinkable_case, checker);
}

ForAllOptions going_on(std::uint64_t cases) {
  ForAllOptions options = fake_options(cases);
  options.stop_at_first_failure = false;
  return options;
}

void expect_failure(const Failure& failure, const std::string& path, PathStatus status, std::int64_t smallest_batch) {
  EXPECT_EQ(failure.blame, (Blame{path, status})) << failure.reason();
  EXPECT_EQ(failure.smallest().value.batch_size(), smallest_batch) << failure.smallest().line;
  EXPECT_FALSE(failure.flaky());
  EXPECT_EQ(failure.not_shrunk, "");
}

TEST(WorkerCheckerTest, finishes_a_run_in_which_one_path_after_the_other_ends_its_process) {
  const RunReport report = run(body_of({{"crashes", 2, [] { ::raise(SIGSEGV); }},
                                        {"exits", 3, [] { ::_exit(3); }},
                                        {"is_killed", 2, [] { ::kill(::getpid(), SIGKILL); }},
                                        {"eats", 4, take_memory_forever},
                                        {"hangs", 3, loop_forever}}),
                               going_on(8), /*case_seconds=*/4);
  ASSERT_EQ(report.failures.size(), 5u) << report.reason();
  expect_failure(report.failures[0], "crashes", PathStatus::crashed, 2);
  expect_failure(report.failures[1], "is_killed", PathStatus::crashed, 2);
  expect_failure(report.failures[2], "exits", PathStatus::crashed, 3);
  expect_failure(report.failures[3], "hangs", PathStatus::hung, 3);
  expect_failure(report.failures[4], "eats", PathStatus::out_of_memory, 4);
  EXPECT_EQ(report.failures[0].reason(), "crashes: crashed: died by SIGSEGV");
  EXPECT_EQ(report.failures[1].reason(), "is_killed: crashed: died by SIGKILL");
  EXPECT_EQ(report.failures[2].reason(), "exits: crashed: exited with code 3");
  EXPECT_EQ(report.random_cases, 8u);
  EXPECT_EQ(report.status(), RunStatus::failed);
  for (const Failure& failure : report.failures) EXPECT_LT(failure.shrink_seconds, 30) << failure.reason();
}

TEST(WorkerCheckerTest, hears_the_healthy_path_on_every_case) {
  const RunReport report = run(body_of({{"crashes", 2, [] { ::raise(SIGSEGV); }}}), going_on(5));
  const auto healthy = std::ranges::find(report.paths, "healthy", &PathSummary::path);
  ASSERT_NE(healthy, report.paths.end());
  EXPECT_EQ(healthy->runs, 5u);
}

TEST(WorkerCheckerTest, blames_a_death_outside_the_paths_on_none_and_ends) {
  const WorkerBody body{[] {}, [](std::string_view, const OnPath&) -> std::string { std::abort(); }};
  const RunReport report = run(body, going_on(5));
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.reason(), "(outside the paths): crashed: died by SIGABRT");
  EXPECT_EQ(report.random_cases, 1u);
}

TEST(WorkerCheckerTest, takes_an_answer_that_makes_no_sense_for_a_crash_of_its_path) {
  const WorkerBody body{[] {},
                        [](std::string_view, const OnPath& on_path) {
                          on_path("scribbles");
                          return std::string("garbage");
                        }};
  const RunReport report = run(body, fake_options(5));
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].blame, (Blame{"scribbles", PathStatus::crashed}));
  EXPECT_NE(report.reason().find("sent an answer that makes no sense"), std::string::npos) << report.reason();
}

TEST(WorkerCheckerTest, calls_a_crash_that_does_not_come_again_flaky) {
  const ScratchFolder folder;
  const auto once = [file = folder / "crashed"] {
    if (!file_text(file).empty()) return;
    std::ofstream(file) << "yes";
    std::abort();
  };
  const RunReport report = run(body_of({{"crashes_once", 2, once}}), going_on(5));
  EXPECT_EQ(report.status(), RunStatus::flaky) << report.reason();
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].reruns_held, 2u);
}

TEST(WorkerCheckerTest, does_not_shrink_a_crash_into_another_path_s_hang) {
  // From two sequences on `hangs` hangs; from four on `crashes` is reached first.
  const auto body = body_of({{"crashes", 4, [] { std::abort(); }}, {"hangs", 2, loop_forever}});
  ForAllOptions options = fake_options(0);
  options.corpus = {case_of({5, 5, 5, 5, 5, 5})};
  const RunReport report = run(body, options, 1);
  ASSERT_EQ(report.failures.size(), 1u);
  expect_failure(report.failures[0], "crashes", PathStatus::crashed, 4);
}

TEST(WorkerCheckerTest, never_takes_a_spoilt_worker_s_word_for_a_smaller_case) {
  // After its first failure the process fails everything, as one does whose CUDA context is lost.
  const auto lost = std::make_shared<bool>(false);
  const WorkerBody body{
      [] {},
      [lost](std::string_view bytes, const OnPath& on_path) {
        on_path("illegal_access");
        *lost = *lost || parse_line(decode<CaseRequest>(worker_request_from(bytes).message).line).batch_size() >= 3;
        return encode(*lost ? disaster("illegal_access", PathStatus::device_lost, "an illegal memory access")
                            : holding(0.25, "illegal_access"));
      }};
  const RunReport report = run(body, fake_options(6));
  ASSERT_EQ(report.failures.size(), 1u);
  expect_failure(report.failures[0], "illegal_access", PathStatus::device_lost, 3);
  EXPECT_EQ(report.failures[0].smallest().value.total_tokens(), 3);
}

TEST(WorkerCheckerTest, lays_a_loss_at_the_door_of_the_path_that_the_closer_look_names) {
  const WorkerBody body{
      [] {},
      [](std::string_view bytes, const OnPath&) {
        const bool closer = std::getenv("ATTNGATE_TEST_WORKER") != nullptr;
        const bool lost = parse_line(decode<CaseRequest>(worker_request_from(bytes).message).line).batch_size() >= 2;
        return encode(lost ? disaster(closer ? "culprit" : "neighbour", PathStatus::device_lost, "lost") : holding());
      }};
  WorkerPool pool(body, {.closer_environment = {{"ATTNGATE_TEST_WORKER", "1"}}});
  WorkerChecker checker(pool, {.property = "fake"}, 10, cpu_limit());
  const RunReport report = for_all(fake_options(5), draw_fake, shrinkable_case, checker);
  ASSERT_EQ(report.failures.size(), 1u);
  expect_failure(report.failures[0], "culprit", PathStatus::device_lost, 2);
}

TEST(WorkerCheckerTest, gives_a_case_beyond_the_cost_limit_as_many_times_more_time) {
  const WorkerBody slow = body_of({{"slow", 1, [] { std::this_thread::sleep_for(std::chrono::milliseconds(900)); }}});
  ForAllOptions options = fake_options(0);
  options.replay = case_of(std::vector<std::int64_t>(20, 1));
  CostLimit limit = cpu_limit();
  EXPECT_EQ(run(slow, options, 0.3, limit).failures.at(0).blame, (Blame{"slow", PathStatus::hung}));
  limit.max_sequences = 1;  // 20 sequences are 20 times as many: 6 s
  EXPECT_EQ(run(slow, options, 0.3, limit).status(), RunStatus::holds);
}

/// A body whose device is full at the first `times` cases, as a file in the folder counts them.
WorkerBody crowded_out(const std::string& count_file, std::size_t times) {
  return {[] {},
          [=](std::string_view, const OnPath&) {
            if (file_text(count_file).size() >= times) return encode(holding());
            std::ofstream(count_file, std::ios::app) << "x";
            Verdict verdict = disaster("healthy", PathStatus::out_of_memory, "no memory; others hold it");
            verdict.crowded_out = true;
            return encode(verdict);
          }};
}

TEST(WorkerCheckerTest, waits_for_others_who_hold_the_memory_of_the_device) {
  const ScratchFolder folder;
  testing::internal::CaptureStderr();
  const RunReport report = run(crowded_out(folder / "count", 3), fake_options(5));
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(report.status(), RunStatus::holds) << report.reason();
  EXPECT_EQ(report.random_cases, 5u);
  EXPECT_NE(said.find("others hold it; the case runs again in 0.2 s"), std::string::npos) << said;
}

TEST(WorkerCheckerTest, ends_a_run_for_which_no_worker_can_be_had) {
  const RunReport report = run({[] { throw std::runtime_error("no CUDA device"); }, obey}, fake_options(5));
  EXPECT_EQ(report.status(), RunStatus::error);
  EXPECT_EQ(report.reason(), "no worker can be started: no CUDA device");
  EXPECT_EQ(report.cases(), 0u);
}

/// What a scheduler does to a run and its workers, in the middle of a case that goes on for a while.
void stop_everybody(pid_t supervisor) {
  ::kill(supervisor, SIGTERM);
  ::raise(SIGTERM);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
}

TEST(WorkerCheckerTest, ends_a_run_that_is_asked_to_stop_and_blames_nobody) {
  const ScratchFolder folder;
  const StopRequest stop;
  ForAllOptions options = going_on(10);
  Journal journal(folder / "fake.journal", "fake", 1);
  options.listeners = {&journal};
  const RunReport report = run(body_of({{"stopped", 3, [self = ::getpid()] { stop_everybody(self); }}}), options);
  EXPECT_EQ(report.status(), RunStatus::stopped);
  EXPECT_EQ(report.ended_by, RunEnd::stopped);
  EXPECT_EQ(report.reason(), "stopped by SIGTERM");
  EXPECT_EQ(report.cases(), 2u);
  EXPECT_TRUE(report.failures.empty());
  EXPECT_EQ(case_in_flight(folder / "fake.journal"), to_line(draw_fake(2)));
}

TEST(WorkerCheckerTest, keeps_what_shrinking_found_before_it_is_asked_to_stop) {
  const StopRequest stop;
  ForAllOptions options = going_on(0);
  options.corpus = {case_of(std::vector<std::int64_t>(200, 9))};
  const auto fails_from_three_sequences_on = [failed = 0, self = ::getpid()](std::string_view bytes,
                                                                             const OnPath&) mutable {
    const AttentionCase value = parse_line(decode<CaseRequest>(worker_request_from(bytes).message).line);
    if (value.batch_size() < 3) return encode(holding());
    if (++failed == 5) stop_everybody(self);  // behind the case, two re-runs, and a smaller case that was taken
    return encode(failing());
  };
  const WorkerBody body{[] {}, fails_from_three_sequences_on};
  const RunReport report = run(body, options);
  EXPECT_EQ(report.status(), RunStatus::failed);
  EXPECT_EQ(report.ended_by, RunEnd::stopped);
  ASSERT_EQ(report.failures.size(), 1u);
  ASSERT_TRUE(report.failures[0].shrunk);
  EXPECT_NE(report.failures[0].shrunk->line, report.failures[0].first.line);
  EXPECT_TRUE(report.failures[0].shrink_budget_ended);
}

TEST(HostBytesTest, grow_with_the_case_up_to_half_of_what_there_is) {
  const std::uint64_t gibibyte = std::uint64_t{1} << 30;
  const AttentionCase small = case_of({1});
  EXPECT_NEAR(static_cast<double>(host_bytes_allowed(small, 64 * gibibyte)), 2.0 * static_cast<double>(gibibyte), 1e6);
  EXPECT_GT(host_bytes_allowed(case_of({20'000}), 640 * gibibyte), 48 * gibibyte);
  EXPECT_EQ(host_bytes_allowed(case_of({20'000}), 64 * gibibyte), 32 * gibibyte);
  EXPECT_EQ(host_bytes_allowed(small, gibibyte), gibibyte / 2);
}

}  // namespace
}  // namespace attngate::test
