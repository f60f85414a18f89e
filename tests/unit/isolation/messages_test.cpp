#include "attngate/isolation/messages.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace attngate::test {
namespace {

/// A verdict with a value of its own in every field.
Verdict full_verdict() {
  Verdict verdict;
  verdict.holds = false;
  verdict.applicable = true;
  verdict.reason = "fast: wrong result";
  verdict.paths = {{"fast", "flash", PathStatus::wrong_result, 12.5, 0.125, 0.01, "row 3\nof \xff bytes", 81.25},
                   {"slow", "", PathStatus::device_lost, 0, 0, 0, "", 0}};
  verdict.phases = {1, 2.5, 3, 4};
  verdict.worst_margin = std::numeric_limits<double>::infinity();
  verdict.worst_path = "fast ~ slow";
  verdict.exact_pairs = 7;
  verdict.exact_equal = 6;
  return verdict;
}

void expect_same(const Verdict& a, const Verdict& b) {
  EXPECT_EQ(a.holds, b.holds);
  EXPECT_EQ(a.applicable, b.applicable);
  EXPECT_EQ(a.reason, b.reason);
  ASSERT_EQ(a.paths.size(), b.paths.size());
  for (std::size_t i = 0; i < a.paths.size(); ++i) {
    EXPECT_EQ(a.paths[i].path, b.paths[i].path);
    EXPECT_EQ(a.paths[i].backend, b.paths[i].backend);
    EXPECT_EQ(a.paths[i].status, b.paths[i].status);
    EXPECT_EQ(a.paths[i].margin, b.paths[i].margin);
    EXPECT_EQ(a.paths[i].error, b.paths[i].error);
    EXPECT_EQ(a.paths[i].bound, b.paths[i].bound);
    EXPECT_EQ(a.paths[i].detail, b.paths[i].detail);
    EXPECT_EQ(a.paths[i].time_us, b.paths[i].time_us);
  }
  EXPECT_EQ(a.phases.inputs_us, b.phases.inputs_us);
  EXPECT_EQ(a.phases.reference_us, b.phases.reference_us);
  EXPECT_EQ(a.phases.paths_us, b.phases.paths_us);
  EXPECT_EQ(a.phases.compare_us, b.phases.compare_us);
  EXPECT_EQ(a.worst_margin, b.worst_margin);
  EXPECT_EQ(a.worst_path, b.worst_path);
  EXPECT_EQ(a.exact_pairs, b.exact_pairs);
  EXPECT_EQ(a.exact_equal, b.exact_equal);
}

TEST(MessagesTest, give_back_a_verdict) {
  expect_same(decode<Verdict>(encode(full_verdict())), full_verdict());
  expect_same(decode<Verdict>(encode(Verdict{})), Verdict{});
}

TEST(MessagesTest, give_back_not_a_number) {
  Verdict verdict = full_verdict();
  verdict.paths[0].margin = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(decode<Verdict>(encode(verdict)).paths[0].margin));
}

TEST(MessagesTest, give_back_every_status) {
  for (int number = 0; number <= static_cast<int>(PathStatus::device_lost); ++number) {
    Verdict verdict = full_verdict();
    verdict.paths[0].status = static_cast<PathStatus>(number);
    EXPECT_EQ(decode<Verdict>(encode(verdict)).paths[0].status, verdict.paths[0].status);
  }
}

TEST(MessagesTest, give_back_a_request_and_a_hash) {
  const CaseRequest request{CaseRequest::Kind::hash_inputs, "agreement", {"a", "b"}, {"", "c"}, "dtype=fp32 lengths=1"};
  EXPECT_EQ(decode<CaseRequest>(encode(request)), request);
  EXPECT_EQ(decode<CaseRequest>(encode(CaseRequest{})), CaseRequest{});
  const HashAnswer answer{0xfedcba9876543210, "too large"};
  EXPECT_EQ(decode<HashAnswer>(encode(answer)), answer);
}

TEST(MessagesTest, refuse_a_message_cut_at_any_byte) {
  const std::string whole = encode(full_verdict());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THROW(decode<Verdict>(whole.substr(0, length)), WireError) << length;
  }
  EXPECT_THROW(decode<Verdict>(whole + "x"), WireError);
}

TEST(MessagesTest, refuse_lengths_and_values_that_make_no_sense) {
  EXPECT_THROW(decode<Verdict>(std::string(1000, '\xff')), WireError);
  EXPECT_THROW(decode<CaseRequest>(std::string(1000, '\x7f')), WireError);
  Verdict unknown = full_verdict();
  unknown.paths[1].status = static_cast<PathStatus>(99);
  EXPECT_THROW(decode<Verdict>(encode(unknown)), WireError);
}

}  // namespace
}  // namespace attngate::test
