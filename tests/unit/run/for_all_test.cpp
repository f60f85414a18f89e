#include "attngate/run/for_all.h"

#include <gtest/gtest.h>

#include <chrono>
#include <new>
#include <thread>

#include "attngate/case/generate.h"
#include "attngate/case/text.h"
#include "attngate/run/journal.h"
#include "unit/run/fakes.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

struct Recorder {
  std::vector<AttentionCase> seen;
  Check check(const Check& inner) {
    return [this, inner](const AttentionCase& value) {
      seen.push_back(value);
      return inner(value);
    };
  }
};

Verdict always_holds(const AttentionCase&) { return holding(); }

std::vector<AttentionCase> cases_of_seed(std::uint64_t seed) {
  Recorder recorder;
  const Draw draw = [seed](std::uint64_t index) { return nth_case({}, seed, static_cast<std::int64_t>(index)); };
  for_all(fake_options(50), draw, shrinkable_case, recorder.check(always_holds));
  return recorder.seen;
}

TEST(ForAllTest, runs_the_same_cases_for_the_same_seed_and_others_for_another) {
  EXPECT_EQ(cases_of_seed(7).size(), 50u);
  EXPECT_EQ(cases_of_seed(7), cases_of_seed(7));
  EXPECT_NE(cases_of_seed(7), cases_of_seed(8));
}

TEST(ForAllTest, stops_at_the_budget_of_cases) {
  const RunReport report = for_all(fake_options(25), draw_fake, shrinkable_case, always_holds);
  EXPECT_EQ(report.random_cases, 25u);
  EXPECT_EQ(report.ended_by, RunEnd::case_limit);
  EXPECT_EQ(report.status(), RunStatus::holds);
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(report.reason(), "");
}

TEST(ForAllTest, stops_at_the_budget_of_seconds) {
  ForAllOptions options = fake_options(1'000'000);
  options.max_seconds = 0.05;
  const RunReport report = for_all(options, draw_fake, shrinkable_case, [](const AttentionCase&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return holding();
  });
  EXPECT_GE(report.random_cases, 1u);
  EXPECT_LE(report.random_cases, 10u);  // a loaded machine makes fewer, never more
  EXPECT_GE(report.loop_seconds, 0.05);
  EXPECT_EQ(report.ended_by, RunEnd::time_limit);
}

TEST(ForAllTest, runs_the_corpus_first_and_outside_the_budget) {
  ForAllOptions options = fake_options(2);
  options.corpus = {case_of({9}), case_of({8, 8}), case_of({7})};
  Recorder recorder;
  const RunReport report = for_all(options, draw_fake, shrinkable_case, recorder.check(always_holds));
  EXPECT_EQ(recorder.seen,
            (std::vector<AttentionCase>{case_of({9}), case_of({8, 8}), case_of({7}), draw_fake(0), draw_fake(1)}));
  EXPECT_EQ(report.corpus_cases, 3u);
  EXPECT_EQ(report.random_cases, 2u);
}

TEST(ForAllTest, replays_the_given_case_and_nothing_else) {
  ForAllOptions options = fake_options(100);
  options.corpus = {case_of({9})};
  options.replay = case_of({3, 4}, 5);
  Recorder recorder;
  const RunReport report = for_all(options, draw_fake, shrinkable_case, recorder.check(always_holds));
  EXPECT_EQ(recorder.seen, (std::vector<AttentionCase>{case_of({3, 4}, 5)}));
  EXPECT_EQ(report.replayed_cases, 1u);
  EXPECT_EQ(report.ended_by, RunEnd::complete);
  ASSERT_TRUE(report.replayed);
  EXPECT_TRUE(report.replayed->holds);
  EXPECT_EQ(report.status(), RunStatus::holds);
}

TEST(ForAllTest, runs_no_other_case_when_the_replayed_one_fails) {
  ForAllOptions options = fake_options(100);
  options.replay = case_of({3, 4}, 5);
  Recorder recorder;
  const RunReport report =
      for_all(options, draw_fake, shrinkable_case, recorder.check([](const AttentionCase&) { return failing(); }));
  EXPECT_EQ(recorder.seen, std::vector<AttentionCase>(3, case_of({3, 4}, 5)));
  EXPECT_EQ(report.status(), RunStatus::failed);
  EXPECT_EQ(report.failures.at(0).origin, CaseOrigin::replay);
}

TEST(ForAllTest, is_an_error_when_nothing_ran) {
  const RunReport report = for_all(fake_options(0), draw_fake, shrinkable_case, always_holds);
  EXPECT_EQ(report.status(), RunStatus::error);
  EXPECT_EQ(report.exit_code(), 1);
  EXPECT_TRUE(report.reason().starts_with("nothing ran")) << report.reason();
}

Verdict not_applicable() {
  Verdict verdict;
  verdict.applicable = false;
  verdict.reason = "no path runs here";
  return verdict;
}

TEST(ForAllTest, draws_on_past_cases_that_do_not_apply_and_counts_them_apart) {
  const Check only_odd = [](const AttentionCase& value) { return value.seed % 2 == 1 ? holding() : not_applicable(); };
  const RunReport report = for_all(fake_options(10), draw_fake, shrinkable_case, only_odd);
  EXPECT_EQ(report.random_cases, 10u);
  EXPECT_EQ(report.inapplicable_cases, 10u);
  EXPECT_EQ(report.status(), RunStatus::holds);
}

TEST(ForAllTest, gives_up_on_a_property_that_never_applies_and_is_not_green) {
  const RunReport report =
      for_all(fake_options(3), draw_fake, shrinkable_case, [](const AttentionCase&) { return not_applicable(); });
  EXPECT_EQ(report.inapplicable_cases, 60u);  // 20 draws for each case asked for
  EXPECT_EQ(report.ended_by, RunEnd::too_few_apply);
  EXPECT_EQ(report.status(), RunStatus::inapplicable);
  EXPECT_EQ(report.exit_code(), 1);
  EXPECT_EQ(report.reason(), "nothing ran: the property does not apply (no path runs here)");
}

TEST(ForAllTest, does_not_shrink_to_a_case_that_does_not_apply) {
  const Check check = [](const AttentionCase& value) { return value.batch_size() < 3 ? not_applicable() : failing(); };
  const RunReport report = for_all(fake_options(10), draw_fake, shrinkable_case, check);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures.at(0).smallest().value.batch_size(), 3);
}

TEST(ForAllTest, is_an_error_when_the_generator_throws) {
  const auto draw = [](std::uint64_t index) {
    return index < 3 ? draw_fake(index) : throw std::runtime_error("no more");
  };
  const RunReport report = for_all(fake_options(10), draw, shrinkable_case, always_holds);
  EXPECT_EQ(report.status(), RunStatus::error);
  EXPECT_EQ(report.reason(), "the generator threw on case 3: no more");
  EXPECT_EQ(report.ended_by, RunEnd::error);
}

TEST(ForAllTest, stops_at_the_first_failure_and_names_it_by_index) {
  const RunReport report = for_all(fake_options(10), draw_fake, {}, [](const AttentionCase& value) {
    return value.seed >= 4 ? failing("bad") : holding();
  });
  EXPECT_EQ(report.random_cases, 5u);
  EXPECT_EQ(report.failures.at(0).index, 4u);
  EXPECT_EQ(report.failures.at(0).first.line, to_line(draw_fake(4)));
  EXPECT_EQ(report.failures.at(0).reruns, 2u);
  EXPECT_EQ(report.reason(), "bad");
  EXPECT_EQ(report.exit_code(), 1);
  EXPECT_EQ(report.ended_by, RunEnd::failure);
}

TEST(ForAllTest, counts_every_failure_when_asked_to_go_on_but_keeps_the_first) {
  ForAllOptions options = fake_options(10);
  options.stop_at_first_failure = false;
  const RunReport report = for_all(options, draw_fake, {},
                                   [](const AttentionCase& value) { return value.seed % 2 ? failing() : holding(); });
  EXPECT_EQ(report.random_cases, 10u);
  EXPECT_EQ(report.failed_cases, 5u);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures.at(0).index, 1u);
}

TEST(ForAllTest, calls_a_case_that_fails_and_then_holds_flaky_and_does_not_shrink_it) {
  int calls = 0;
  const RunReport report = for_all(fake_options(10), draw_fake, shrinkable_case, [&](const AttentionCase& value) {
    return value.seed == 2 && calls++ % 2 == 0 ? failing("now and then") : holding();
  });
  EXPECT_EQ(report.status(), RunStatus::flaky);
  EXPECT_EQ(report.exit_code(), 1);
  EXPECT_EQ(report.flaky_cases, 1u);
  EXPECT_EQ(report.failures.at(0).reruns_held, 1u);
  EXPECT_FALSE(report.failures.at(0).shrunk);
  EXPECT_EQ(report.reason(), "flaky: held in 1 of 2 re-runs; first: now and then");
}

TEST(ForAllTest, reports_exceptions_and_running_out_of_memory_as_failures) {
  const auto throws = [](const AttentionCase&) -> Verdict { throw std::runtime_error("boom"); };
  const auto exhausts = [](const AttentionCase&) -> Verdict { throw std::bad_alloc(); };
  EXPECT_EQ(for_all(fake_options(5), draw_fake, {}, throws).reason(), "exception: boom");
  EXPECT_EQ(for_all(fake_options(5), draw_fake, {}, exhausts).reason(), "out of memory");
}

TEST(ForAllTest, journals_every_evaluation_before_it_starts) {
  const ScratchFolder folder;
  const std::string path = folder / "fake.journal";
  Journal journal(path, fake_run.test, fake_run.seed);
  ForAllOptions options = fake_options(3);
  options.listeners = {&journal};
  const RunReport report = for_all(options, draw_fake, {}, [&](const AttentionCase& value) {
    EXPECT_TRUE(file_text(path).ends_with(to_line(value) + "\n"));
    return holding();
  });
  EXPECT_EQ(report.journal_path, path);
  EXPECT_EQ(file_text(path), "# attngate journal 1 test=property.fake.fp32.cpu seed=0x2a\n" + to_line(draw_fake(0)) +
                                 "\n" + to_line(draw_fake(1)) + "\n" + to_line(draw_fake(2)) + "\n# done: 3 cases\n");
}

TEST(ForAllTest, is_an_error_when_the_journal_could_not_be_written) {
  testing::internal::CaptureStderr();
  Journal journal("/dev/full", fake_run.test, fake_run.seed);
  ForAllOptions options = fake_options(3);
  options.listeners = {&journal};
  const RunReport report = for_all(options, draw_fake, {}, always_holds);
  testing::internal::GetCapturedStderr();
  EXPECT_EQ(report.random_cases, 3u);
  EXPECT_EQ(report.status(), RunStatus::error);
  EXPECT_NE(report.reason().find("No space left"), std::string::npos) << report.reason();
}

TEST(ForAllTest, adds_up_the_time_of_each_phase) {
  const RunReport report = for_all(fake_options(4), draw_fake, {}, [](const AttentionCase&) {
    Verdict verdict = holding();
    verdict.phases = {1, 2, 3, 4};
    return verdict;
  });
  EXPECT_EQ(report.phases.inputs_us, 4);
  EXPECT_EQ(report.phases.reference_us, 8);
  EXPECT_EQ(report.phases.paths_us, 12);
  EXPECT_EQ(report.phases.compare_us, 16);
  EXPECT_GT(report.generate_us, 0);
}

TEST(ForAllTest, leaves_re_runs_and_shrinking_out_of_the_rate) {
  const RunReport report = for_all(fake_options(10), draw_fake, {}, [](const AttentionCase& value) {
    if (value.seed == 0) return holding();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return failing();
  });
  EXPECT_GE(report.wall_seconds - report.loop_seconds, 0.04);  // two re-runs
  EXPECT_EQ(report.cases(), 2u);
}

}  // namespace
}  // namespace attngate::test
