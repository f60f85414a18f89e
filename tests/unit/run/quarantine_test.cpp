#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "attngate/case/text.h"
#include "attngate/run/failure_report.h"
#include "unit/run/fakes.h"

namespace attngate::test {
namespace {

/// Paths "healthy", "pairs" (wrong from two sequences on) and "triples" (from three on), each unless quarantined.
class ThreePaths {
 public:
  BindCheck bind() {
    return [this](const std::vector<std::string>& quarantined) -> Check {
      return [this, quarantined](const AttentionCase& value) { return verdict(value, quarantined); };
    };
  }

  bool healthy_takes_part = true;
  int calls = 0;

 private:
  Verdict verdict(const AttentionCase& value, const std::vector<std::string>& quarantined) {
    ++calls;
    Verdict all;
    const auto add = [&](const std::string& name, bool wrong) {
      if (std::ranges::count(quarantined, name) > 0) return;
      PathOutcome& outcome = all.paths.emplace_back();
      outcome.path = name;
      if (!wrong) return;
      outcome.status = PathStatus::wrong_result;
      if (all.holds) all.reason = name + " is wrong";
      all.holds = false;
    };
    if (healthy_takes_part) add("healthy", false);
    add("pairs", value.batch_size() >= 2);
    add("triples", value.batch_size() >= 3);
    all.applicable = !all.paths.empty();
    return all;
  }
};

RunReport run(ThreePaths& paths, ForAllOptions options) {
  CheckHere checker(paths.bind());
  return for_all(options, draw_fake, shrinkable_case, checker);
}

ForAllOptions going_on(std::uint64_t cases) {
  ForAllOptions options = fake_options(cases);
  options.stop_at_first_failure = false;
  return options;
}

std::vector<std::string> blamed(const RunReport& report) {
  std::vector<std::string> names;
  for (const Failure& failure : report.failures) names.push_back(failure.blame->path);
  return names;
}

TEST(QuarantineTest, lets_one_run_name_every_bad_path_each_with_a_case_of_its_own) {
  ThreePaths paths;
  const RunReport report = run(paths, going_on(10));
  EXPECT_EQ(blamed(report), (std::vector<std::string>{"pairs", "triples"}));
  EXPECT_EQ(report.failures[0].smallest().value.batch_size(), 2);
  EXPECT_EQ(report.failures[1].smallest().value.batch_size(), 3);
  EXPECT_EQ(report.random_cases, 10u);
  EXPECT_EQ(report.failed_cases, 2u);
  EXPECT_EQ(report.status(), RunStatus::failed);
  EXPECT_EQ(report.reason(), "pairs is wrong; failed too: triples (wrong result)");
}

TEST(QuarantineTest, hears_the_other_paths_on_the_same_case_and_counts_it_once) {
  ThreePaths paths;
  ForAllOptions options = going_on(0);
  options.corpus = {case_of({1, 1, 1})};
  const RunReport report = run(paths, options);
  EXPECT_EQ(blamed(report), (std::vector<std::string>{"pairs", "triples"}));
  EXPECT_EQ(report.corpus_cases, 1u);
  EXPECT_EQ(report.failed_cases, 1u);
  for (const PathSummary& path : report.paths) EXPECT_EQ(path.runs, 1u) << path.path;
}

TEST(QuarantineTest, leaves_the_rest_of_the_run_to_the_healthy_paths) {
  ThreePaths paths;
  const RunReport report = run(paths, going_on(10));
  for (const PathSummary& path : report.paths) {
    const std::uint64_t expected = path.path == "healthy" ? 10 : path.path == "pairs" ? 2 : 3;
    EXPECT_EQ(path.runs, expected) << path.path;
  }
}

TEST(QuarantineTest, ends_a_run_that_has_no_path_left) {
  ThreePaths paths;
  paths.healthy_takes_part = false;
  const RunReport report = run(paths, going_on(1'000'000));
  EXPECT_EQ(report.failures.size(), 2u);
  EXPECT_LE(report.random_cases, 4u);
  EXPECT_EQ(report.status(), RunStatus::failed);
}

TEST(QuarantineTest, is_not_needed_where_a_run_stops_at_its_first_failure) {
  ThreePaths paths;
  const RunReport report = run(paths, fake_options(10));
  EXPECT_EQ(blamed(report), (std::vector<std::string>{"pairs"}));
  EXPECT_EQ(report.random_cases, 2u);
}

TEST(QuarantineTest, cannot_help_against_a_pair_so_the_run_ends) {
  const RunReport report = for_all(going_on(10), draw_fake, shrinkable_case, [](const AttentionCase&) {
    Verdict verdict = failing();
    verdict.paths[0].path = "a ~ b";
    return verdict;
  });
  EXPECT_EQ(report.random_cases, 1u);
  EXPECT_EQ(blamed(report), (std::vector<std::string>{"a ~ b"}));
}

TEST(QuarantineTest, reports_every_failure_in_full) {
  ThreePaths paths;
  const RunReport report = run(paths, going_on(10));
  for (const Failure& failure : report.failures) {
    const std::string text = failure_report(fake_run, failure);
    EXPECT_NE(text.find("attngate replay --property fake --device cpu '" + failure.smallest().line + "'"),
              std::string::npos)
        << text;
  }
}

}  // namespace
}  // namespace attngate::test
