#include "attngate/isolation/worker_process.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iostream>

#include "attngate/isolation/worker_error.h"
#include "unit/isolation/generous_limits.h"
#include "unit/isolation/worker_bodies.h"
#include "unit/run/child_process.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

using Kind = WorkerReply::Kind;

/// What comes of one request to a worker of its own.
WorkerReply reply_to(const std::string& request, const RequestLimits& limits = generous) {
  WorkerProcess worker(obedient(), {});
  EXPECT_TRUE(worker.wait_until_ready(10));
  return worker.ask(request, limits);
}

void expect_end(const WorkerReply& reply, Kind kind, const std::string& path, const std::string& detail) {
  EXPECT_EQ(reply.kind, kind);
  EXPECT_EQ(reply.path, path);
  EXPECT_EQ(reply.detail, detail);
}

TEST(WorkerProcessTest, answers_one_request_after_the_other) {
  WorkerProcess worker(obedient(), {});
  ASSERT_TRUE(worker.wait_until_ready(10));
  EXPECT_FALSE(worker.warm());
  for (const std::string request : {"one", "", "three"}) {
    const WorkerReply reply = worker.ask(request, generous);
    EXPECT_EQ(reply.kind, Kind::answered);
    EXPECT_EQ(reply.answer, "done: " + request);
  }
  EXPECT_EQ(worker.answered(), 3u);
  EXPECT_TRUE(worker.warm());
}

TEST(WorkerProcessTest, takes_and_gives_messages_larger_than_a_socket_s_buffer) {
  const std::string large(5'000'000, 'x');
  EXPECT_EQ(reply_to(large).answer, "done: " + large);
}

TEST(WorkerProcessTest, names_the_signal_and_the_path_that_it_dies_of) {
  expect_end(reply_to("segfault"), Kind::died, "path of segfault", "died by SIGSEGV");
  expect_end(reply_to("abort"), Kind::died, "path of abort", "died by SIGABRT");
  expect_end(reply_to("kill"), Kind::died, "path of kill", "died by SIGKILL");
}

TEST(WorkerProcessTest, ends_by_an_exception_and_does_not_go_on_as_its_supervisor) {
  const WorkerBody body{[] {},
                        [](std::string_view, const OnPath&) -> std::string {
                          throw std::runtime_error("no memory\nframe #0: somewhere");
                        }};
  testing::internal::CaptureStderr();
  WorkerProcess worker(body, {});
  ASSERT_TRUE(worker.wait_until_ready(10));
  expect_end(worker.ask("anything", generous), Kind::died, "", "exited with code 1");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "attngate: a worker: no memory\n");
}

TEST(WorkerProcessTest, names_the_code_that_it_exits_with) {
  expect_end(reply_to("exit 3"), Kind::died, "path of exit 3", "exited with code 3");
}

TEST(WorkerProcessTest, names_no_path_where_it_dies_outside_of_all) {
  expect_end(reply_to("outside"), Kind::died, "", "died by SIGABRT");
}

TEST(WorkerProcessTest, is_killed_when_it_hangs) {
  const WorkerReply reply = reply_to("loop", {0.2, generous.host_bytes});
  expect_end(reply, Kind::hung, "path of loop", "no end after 0.2 s");
  EXPECT_GE(reply.seconds, 0.2);
  EXPECT_LT(reply.seconds, 2);
}

TEST(WorkerProcessTest, is_waited_for_as_long_as_it_may_take) { EXPECT_EQ(reply_to("slow").answer, "done: slow"); }

TEST(WorkerProcessTest, is_killed_when_it_takes_memory_without_end) {
  const WorkerReply reply = reply_to("eat", {60, std::uint64_t{256} << 20});
  EXPECT_EQ(reply.kind, Kind::out_of_memory);
  EXPECT_EQ(reply.path, "path of eat");
  EXPECT_NE(reply.detail.find(" s and did not stop; 0.2 GiB are allowed"), std::string::npos) << reply.detail;
}

TEST(WorkerProcessTest, that_takes_memory_until_its_time_is_up_is_out_of_memory_and_not_hung) {
  const WorkerReply reply = reply_to("eat", {0.3, std::uint64_t{512} << 20});
  EXPECT_EQ(reply.kind, Kind::out_of_memory) << reply.detail;
}

TEST(WorkerProcessTest, that_took_memory_at_first_and_hangs_is_hung) {
  const WorkerReply reply = reply_to("load and loop", {2, std::uint64_t{256} << 20});
  EXPECT_EQ(reply.kind, Kind::hung) << reply.detail;
}

TEST(WorkerProcessTest, that_died_while_it_waited_is_no_request_s_fault) {
  WorkerProcess worker(obedient(), {});
  ASSERT_TRUE(worker.wait_until_ready(10));
  EXPECT_EQ(worker.ask("one", generous).kind, Kind::answered);
  ::kill(worker.id(), SIGKILL);
  while (::kill(worker.id(), 0) == 0 &&
         file_text("/proc/" + std::to_string(worker.id()) + "/stat").find(") Z ") == std::string::npos) {
    ::usleep(1000);
  }
  const WorkerReply reply = worker.ask("two", generous);
  EXPECT_EQ(reply.kind, Kind::never_begun);
  EXPECT_EQ(reply.detail, "died by SIGKILL");
}

TEST(WorkerProcessTest, that_cannot_start_says_why) {
  WorkerProcess worker({[] { throw std::runtime_error("no GPU in here"); }, obey}, {});
  try {
    worker.wait_until_ready(10);
    ADD_FAILURE() << "it started";
  } catch (const WorkerError& error) {
    EXPECT_STREQ(error.what(), "no GPU in here");
  }
}

TEST(WorkerProcessTest, that_dies_at_its_start_says_how) {
  WorkerProcess worker({[] { ::_exit(5); }, obey}, {});
  try {
    worker.wait_until_ready(10);
    ADD_FAILURE() << "it started";
  } catch (const WorkerError& error) {
    EXPECT_STREQ(error.what(), "it exited with code 5");
  }
}

TEST(WorkerProcessTest, that_takes_too_long_to_start_is_not_ready) {
  WorkerProcess worker({loop_forever, obey}, {});
  EXPECT_FALSE(worker.wait_until_ready(0.1));
}

TEST(WorkerProcessTest, sets_its_environment_and_leaves_the_supervisor_s_alone) {
  WorkerProcess worker(obedient(), {{{"ATTNGATE_TEST_WORKER", "1"}}, ""});
  ASSERT_TRUE(worker.wait_until_ready(10));
  EXPECT_EQ(worker.ask("environment", generous).answer, "1");
  EXPECT_EQ(std::getenv("ATTNGATE_TEST_WORKER"), nullptr);
}

TEST(WorkerProcessTest, answers_to_itself_to_warm_up) {
  const ScratchFolder folder;
  const WorkerBody notes{[] {},
                         [&](std::string_view request, const OnPath&) {
                           std::ofstream(folder / "requests", std::ios::app) << request << '\n';
                           return std::string();
                         }};
  WorkerProcess worker(notes, {{}, "warm-up"});
  ASSERT_TRUE(worker.wait_until_ready(10));
  EXPECT_TRUE(worker.warm());
  EXPECT_EQ(worker.ask("real", generous).kind, Kind::answered);
  EXPECT_EQ(file_text(folder / "requests"), "warm-up\nreal\n");
}

TEST(WorkerProcessTest, dies_with_its_supervisor) {
  const ScratchFolder folder;
  ChildProcess supervisor([&] {
    WorkerProcess worker(obedient(), {});
    worker.wait_until_ready(10);
    std::ofstream(folder / "id") << worker.id() << std::endl;
    worker.ask("loop", {600, generous.host_bytes});
    return 0;
  });
  ASSERT_TRUE(wait_for_text(folder / "id", "\n"));
  const pid_t worker = static_cast<pid_t>(std::stol(file_text(folder / "id")));
  EXPECT_EQ(::kill(worker, 0), 0);
  supervisor.send(SIGKILL);
  supervisor.wait();
  // Whoever inherits it may be slow to bury it: a zombie is dead as well.
  const auto is_gone = [&] {
    return ::kill(worker, 0) != 0 ||
           file_text("/proc/" + std::to_string(worker) + "/stat").find(") Z ") != std::string::npos;
  };
  for (int attempt = 0; attempt < 1000 && !is_gone(); ++attempt) ::usleep(10'000);
  EXPECT_TRUE(is_gone());
}

TEST(WorkerProcessTest, leaves_control_c_to_its_supervisor) {
  WorkerProcess worker(obedient(), {});
  ASSERT_TRUE(worker.wait_until_ready(10));
  ::kill(worker.id(), SIGINT);
  EXPECT_EQ(worker.ask("still there", generous).answer, "done: still there");
}

TEST(WorkerProcessTest, leaves_other_signals_to_its_group_to_its_supervisor_as_well) {
  WorkerProcess worker(obedient(), {});
  ASSERT_TRUE(worker.wait_until_ready(10));
  const pid_t id = worker.id();  // of a worker that has died it is -1, and that would signal everybody
  for (const int signal : {SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) {
    ASSERT_GT(id, 0);
    ::kill(id, signal);
    ASSERT_EQ(worker.ask("on", generous).answer, "done: on") << ::sigabbrev_np(signal);
  }
}

TEST(WorkerProcessTest, has_not_hung_while_it_and_its_supervisor_stood_still) {
  const ScratchFolder folder;
  ChildProcess supervisor([&] {
    ::setpgid(0, 0);
    WorkerProcess worker(obedient(), {});
    worker.wait_until_ready(10);
    std::ofstream(folder / "ready") << std::endl;
    const WorkerReply reply = worker.ask("work for a second", {2, generous.host_bytes});
    if (reply.kind != Kind::answered) return 1;
    return reply.stood_still > 2 && reply.seconds < 2 ? 0 : 2;
  });
  ASSERT_TRUE(wait_for_text(folder / "ready", "\n"));
  ::usleep(200'000);
  supervisor.send_to_group(SIGSTOP);
  ::usleep(3'000'000);
  supervisor.send_to_group(SIGCONT);
  EXPECT_EQ(supervisor.wait().exit_code, 0);
}

TEST(WorkerProcessTest, does_not_repeat_what_its_supervisor_was_about_to_print) {
  ChildProcess printer([] {
    testing::internal::CaptureStdout();
    std::cout << "once";
    WorkerProcess worker({[] {}, [](std::string_view, const OnPath&) -> std::string { std::exit(4); }}, {});
    worker.wait_until_ready(10);
    worker.ask("", generous);
    return testing::internal::GetCapturedStdout() == "once" ? 0 : 1;
  });
  EXPECT_EQ(printer.wait().exit_code, 0);
}

TEST(WorkerProcessTest, costs_a_request_far_less_than_a_case) {
  WorkerProcess worker(obedient(), {});
  ASSERT_TRUE(worker.wait_until_ready(10));
  constexpr int requests = 2000;
  double best_us = 1e9;
  const std::string request(200, 'x');
  for (int round = 0; round < 5; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < requests; ++i) worker.ask(request, generous);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    best_us = std::min(best_us, took.count() / requests);
  }
  RecordProperty("round_trip_us", std::to_string(best_us));
  EXPECT_LT(best_us, 1000) << "a case on a GPU takes 3 ms and more";  // about 20 us on a quiet machine
}

}  // namespace
}  // namespace attngate::test
