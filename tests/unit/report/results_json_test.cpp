#include "attngate/report/results_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <sstream>

#include "unit/edited_text.h"
#include "unit/refusal.h"
#include "unit/report/sample_results.h"

namespace attngate::test {
namespace {

std::string refusal_of_results(const std::string& text) {
  return refusal_by<ResultsError>([&] { results_from_json(text); });
}

TEST(ResultsJsonTest, gives_back_what_was_written) {
  EXPECT_EQ(results_from_json(results_to_json(sample_results())), sample_results());
}

TEST(ResultsJsonTest, gives_back_every_failure) {
  Results results = sample_results();
  results.report.failures = {sample_failure(), sample_failure("slow"), sample_failure()};
  results.report.failures[1].reruns_held = 1;
  Failure& blameless = results.report.failures[2];
  blameless.blame.reset();
  blameless.shrunk.reset();
  blameless.not_shrunk = "there is no shrinker";
  blameless.origin = CaseOrigin::corpus;
  EXPECT_EQ(results_from_json(results_to_json(results)), results);
}

TEST(ResultsJsonTest, gives_back_every_status_and_reason) {
  Results failed = sample_results(), flaky = sample_results(), skipped, error;
  failed.report.failures = flaky.report.failures = {sample_failure()};
  flaky.report.failures[0].reruns_held = 1;
  skipped.report.inapplicable_cases = 5;
  skipped.report.why_inapplicable = "no path runs";
  error.report.error = "nothing ran";
  for (const Results& results : {sample_results(), failed, flaky, skipped, error}) {
    const Results read = results_from_json(results_to_json(results));
    EXPECT_EQ(read.report.status(), results.report.status());
    EXPECT_EQ(read.report.reason(), results.report.reason());
  }
}

TEST(ResultsJsonTest, gives_back_infinities) {
  Results results = sample_results();
  results.report.worst_margin = std::numeric_limits<double>::infinity();
  results.context.max_seconds = std::numeric_limits<double>::infinity();
  results.report.paths[0].worst_margin = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(results_from_json(results_to_json(results)), results);
  results.report.worst_margin = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(results_from_json(results_to_json(results)).report.worst_margin));
}

TEST(ResultsJsonTest, survives_error_texts_that_are_no_utf8) {
  Results results = sample_results();
  results.report.error = "bad byte \xff here";
  EXPECT_NE(results_from_json(results_to_json(results)).report.error.find("here"), std::string::npos);
}

TEST(ResultsJsonTest, starts_with_schema_and_version_and_has_the_seed_as_text) {
  const std::string text = results_to_json(sample_results());
  EXPECT_TRUE(text.starts_with("{\n  \"schema\": \"attngate.results\",\n  \"version\": 2,\n")) << text;
  EXPECT_NE(text.find("\"seed\": \"0xffffffffffffffff\""), std::string::npos) << text;
  EXPECT_NE(text.find("\"failures\": []"), std::string::npos) << text;
}

/// The text without the line of each of these keys, as an older attngate wrote it.
std::string without(const std::string& text, const std::set<std::string>& keys) {
  std::istringstream lines(text);
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t start = line.find('"');
    if (start == std::string::npos) {
      kept += line + "\n";
      continue;
    }
    const std::string key = line.substr(start + 1, line.find('"', start + 1) - start - 1);
    const bool is_outcome_error = key == "error" && start > 2;  // as old as outcomes are
    const bool is_gone = keys.contains(key) && !is_outcome_error;
    if (!is_gone) {
      kept += line + "\n";
    } else if (!line.ends_with(',') && kept.ends_with(",\n")) {
      kept.erase(kept.size() - 2, 1);  // the last of its object
    }
  }
  return kept;
}

TEST(ResultsJsonTest, reads_files_of_an_attngate_that_wrote_figures_alone) {
  const std::set<std::string> newer = {"replayed_cases",   "ended_by",     "random_cases",       "inapplicable_cases",
                                       "why_inapplicable", "loop_seconds", "generate_us",        "error",
                                       "time_us",          "ctest_test",   "compute_capability", "driver"};
  Results results = sample_results(), skipped, error;
  results.report.failures = {sample_failure()};
  const RunReport read = results_from_json(without(results_to_json(results), newer)).report;
  EXPECT_EQ(read.cases(), 1234u);
  EXPECT_EQ(read.corpus_cases, 34u);
  EXPECT_DOUBLE_EQ(read.cases_per_second(), 154.25);
  EXPECT_EQ(read.status(), RunStatus::failed);
  EXPECT_EQ(read.paths[0].median_us(), 81.25);
  EXPECT_EQ(read.failures[0].smallest().verdict.paths[0].margin, 12.5);
  skipped.report.inapplicable_cases = 5;
  skipped.report.why_inapplicable = "no path (of two) runs";
  error.report.error = "nothing ran";
  for (const Results& one : {skipped, error}) {
    const RunReport of_old = results_from_json(without(results_to_json(one), newer)).report;
    EXPECT_EQ(of_old.status(), one.report.status());
    EXPECT_EQ(of_old.reason(), one.report.reason());
  }
}

TEST(ResultsJsonTest, leaves_unknown_fields_alone) {
  EXPECT_EQ(results_from_json(
                with(results_to_json(sample_results()), "\"version\": 2,", "\"version\": 2, \"colour\": \"red\",")),
            sample_results());
}

TEST(ResultsJsonTest, says_what_is_wrong_with_a_file) {
  const std::string good = results_to_json(sample_results());
  EXPECT_EQ(refusal_of_results(good.substr(0, good.size() / 2)), "is not JSON, or only a part of it");
  EXPECT_EQ(refusal_of_results(""), "is not JSON, or only a part of it");
  EXPECT_EQ(refusal_of_results("[1]"), "the file: allowed is an object");
  EXPECT_EQ(refusal_of_results("{}"), "field 'schema' is missing");
  EXPECT_EQ(refusal_of_results(with(good, "attngate.results", "other")),
            "field 'schema': allowed is \"attngate.results\"");
  EXPECT_EQ(refusal_of_results(with(good, "\"version\": 2", "\"version\": 1")),
            "field 'version': allowed is 2, this is 1");
  EXPECT_EQ(refusal_of_results(with(good, "\"cases\": 1234", "\"cases\": -1")),
            "field 'cases': allowed is a whole number from 0 on");
  EXPECT_EQ(refusal_of_results(with(good, "\"type\": \"cuda\"", "\"type\": 3")),
            "field 'device.type': allowed is text");
  EXPECT_EQ(refusal_of_results(with(good, "\"runs\": 7", "\"runs\": \"7\"")),
            "field 'paths[1].runs': allowed is a whole number from 0 on");
  EXPECT_EQ(refusal_of_results(with(good, "\"median_us\": 81.25", "\"median\": 81.25")),
            "field 'paths[0].median_us' is missing");
  EXPECT_EQ(refusal_of_results(with(good, "\"status\": \"holds\"", "\"status\": \"fine\"")),
            "field 'status': allowed is holds, failed, flaky, skipped, error or stopped");
  EXPECT_EQ(refusal_of_results(with(good, "\"0xffffffffffffffff\"", "\"0xzz\"")),
            "field 'seed': allowed is a number below 2^64 as text, like \"0x2a\"");
  EXPECT_EQ(refusal_of_results(with(good, "\"worst_margin\": {", "\"worst_margin\": 3, \"was\": {")),
            "field 'worst_margin': allowed is an object");
}

}  // namespace
}  // namespace attngate::test
