#include "attngate/workers/row_check.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "attngate/properties/property.h"
#include "dense_attention.h"
#include "tensors.h"

namespace attngate {
namespace {

// The longest is sequence 3, the shortest sequence 4.
const char* const ragged_case = "dtype=fp32 heads=2 head_dim=16 lengths=5,9,12,20,2,12,8 seed=7";

/// So little that only two sequences are checked: the longest and the shortest.
constexpr ReferenceLimit two_sequences{1, 1};

SweepAnswer check(const std::vector<AttentionPath>& paths, const ReferenceLimit& limit,
                  const std::string& line = ragged_case) {
  const auto inputs = std::make_shared<const CaseInputs>(parse_line(line), device_under_test());
  std::vector<RowOperator> operators;
  SweepRequest request;
  request.limit = limit;
  for (const AttentionPath& path : paths) {
    operators.push_back({operators.size(), path.name, path, inputs});
    request.operators.push_back({.label = path.name, .path = path.name});
  }
  SweepAnswer answer;
  answer.operators.resize(operators.size());
  RowCheck(device_under_test(), [](const std::string&) {}).check(operators, request, answer);
  return answer;
}

/// Adds 1 to every output of one sequence.
AttentionPath wrong_in_sequence(std::int64_t sequence) {
  return dense_path("wrong",
                    {.output = [sequence](at::Tensor& output, const CaseInputs&) { output[sequence].add_(1); }});
}

TEST(RowCheckTest, checks_every_sequence_where_the_limit_allows_it) {
  const SweepAnswer answer = check({dense_path("one"), dense_path("other")}, {});
  EXPECT_TRUE(answer.holds()) << answer.problem << answer.operators[0].reason;
  EXPECT_EQ(answer.checked_sequences, 7u);
  EXPECT_GT(answer.operators[0].margin, 0);
  EXPECT_LE(answer.worst_margin, 1);
}

TEST(RowCheckTest, checks_a_part_by_the_very_tokens_of_its_sequences) {
  const SweepAnswer part = check({dense_path("one"), dense_path("other")}, two_sequences),
                    all = check({dense_path("one")}, {});
  EXPECT_TRUE(part.holds()) << part.problem << part.operators[0].reason;
  EXPECT_EQ(part.checked_sequences, 2u);
  EXPECT_GT(part.operators[0].margin, 0);
  EXPECT_LE(part.operators[0].margin, all.operators[0].margin * (1 + 1e-6))
      << "the worst of some is no worse than that of all";
}

/// All logits of this case are large.
const std::string case_of_large_values = std::string(ragged_case) + " values=large";

TEST(RowCheckTest, has_the_margin_of_the_property_agreement) {
  for (const std::string& line : {std::string(ragged_case), case_of_large_values}) {
    PathRegistry registry;
    registry.add(dense_path("right"));
    const Verdict verdict =
        find_property("agreement")->bind({.device = device_under_test(), .registry = &registry})(parse_line(line));
    EXPECT_GT(verdict.paths.at(0).margin, 0);
    EXPECT_EQ(check({dense_path("right")}, {}, line).operators[0].margin, verdict.paths.at(0).margin) << line;
  }
}

TEST(RowCheckTest, bears_more_where_logits_are_large) {
  const auto shifted = dense_path("shifted", {.output = [](at::Tensor& output, const CaseInputs&) {
                                    output.mul_(1 + 200 * tolerance_rule(DType::fp32).unit_roundoff);
                                  }});
  EXPECT_FALSE(check({shifted}, {}).holds());
  for (const ReferenceLimit& limit : {ReferenceLimit{}, two_sequences}) {
    EXPECT_TRUE(check({shifted, dense_path("right")}, limit, case_of_large_values).holds());
  }
}

TEST(RowCheckTest, finds_a_wrong_result_in_a_checked_sequence_and_names_it_as_the_whole_case_does) {
  for (const std::int64_t sequence : {3, 4}) {
    const SweepAnswer answer = check({dense_path("right"), wrong_in_sequence(sequence)}, two_sequences);
    EXPECT_EQ(answer.operators[0].kind, OperatorAnswer::Kind::timed);
    EXPECT_EQ(answer.operators[1].kind, OperatorAnswer::Kind::failed);
    EXPECT_NE(answer.operators[1].reason.find("rule, sequence " + std::to_string(sequence) + ":"), std::string::npos)
        << answer.operators[1].reason;
    EXPECT_EQ(answer.problem, "") << "said once, not once per partner";
    EXPECT_FALSE(answer.spoilt);
  }
}

TEST(RowCheckTest, finds_a_wrong_result_in_any_other_sequence_by_the_other_operators) {
  for (const std::int64_t sequence : {0, 1, 2, 5, 6}) {
    const SweepAnswer answer = check({dense_path("right"), wrong_in_sequence(sequence)}, two_sequences);
    EXPECT_FALSE(answer.holds());
    EXPECT_NE(answer.problem.find("right and wrong differ: "), std::string::npos) << answer.problem;
    EXPECT_NE(answer.problem.find("sequence " + std::to_string(sequence)), std::string::npos) << answer.problem;
    EXPECT_GT(answer.worst_margin, 1);
  }
}

TEST(RowCheckTest, finds_a_number_that_is_not_finite_anywhere) {
  const AttentionPath nan = dense_path("nan", {.output = [](at::Tensor& output, const CaseInputs&) {
                                         output[1][0][0] = std::numeric_limits<float>::quiet_NaN();
                                       }});
  EXPECT_FALSE(check({dense_path("right"), nan}, two_sequences).holds());
  EXPECT_EQ(check({dense_path("right"), nan}, {}).operators[1].kind, OperatorAnswer::Kind::failed);
}

TEST(RowCheckTest, calls_an_error_a_failure_of_that_operator_and_the_process_spoilt) {
  AttentionPath throwing = dense_path("throwing");
  throwing.run = [](const CaseInputs&) -> PathOutput { throw std::runtime_error("no such kernel\nstack"); };
  const SweepAnswer answer = check({dense_path("right"), throwing}, {});
  EXPECT_EQ(answer.operators[0].kind, OperatorAnswer::Kind::timed);
  EXPECT_EQ(answer.operators[1].kind, OperatorAnswer::Kind::failed);
  EXPECT_EQ(answer.operators[1].reason, "unexpected error: no such kernel");
  EXPECT_TRUE(answer.spoilt);
}

}  // namespace
}  // namespace attngate
