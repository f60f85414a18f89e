#include "attngate/workers/worker.h"

#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "attngate/case/text.h"
#include "attngate/gates/sample_request.h"
#include "attngate/isolation/messages.h"
#include "attngate/isolation/worker_request.h"
#include "attngate/sweep/sweep_request.h"
#include "attngate/timing/device_facts.h"
#include "attngate/values/cuda_error.h"
#include "attngate/verdict/path_disaster.h"
#include "device_under_test.h"

namespace attngate {
namespace {

std::string small_case() {
  AttentionCase attention_case;
  attention_case.lengths = {3, 2};
  return to_line(attention_case);
}

std::string ask(const WorkerBody& body, RequestKind kind, const std::string& message) {
  return body.answer(to_bytes({kind, message}), [](const std::string&) {});
}

TEST(Worker, answers_each_kind_of_request_in_one_process) {
  const PathRegistry registry;
  const WorkerBody body = worker_body(registry, device_under_test());
  const std::string line = small_case();
  const CaseRequest hash{CaseRequest::Kind::hash_inputs, "", {}, {}, line};
  const HashAnswer hashed = decode<HashAnswer>(ask(body, RequestKind::check_case, encode(hash)));
  EXPECT_EQ(hashed.problem, "");
  EXPECT_EQ(hashed.hash, input_hash(parse_line(line), device_under_test()));

  SampleRequest release;
  release.release = true;
  const SampleAnswer released = decode<SampleAnswer>(ask(body, RequestKind::take_samples, encode(release)));
  EXPECT_EQ(released.error, "");
  EXPECT_EQ(released.samples.device, DeviceFacts(device_under_test()).key());

  SweepRequest row;
  row.line = line;
  const SweepAnswer measured = decode<SweepAnswer>(ask(body, RequestKind::measure_row, encode(row)));
  EXPECT_EQ(measured.problem, "");
  EXPECT_EQ(measured.rounds, 0u);
}

TEST(Worker, says_what_went_wrong_with_samples) {
  const PathRegistry registry;
  SampleRequest request;
  request.base = {"no.such", small_case()};
  const std::string answer =
      ask(worker_body(registry, device_under_test()), RequestKind::take_samples, encode(request));
  EXPECT_EQ(decode<SampleAnswer>(answer).error, "there is no path no.such");
}

TEST(Worker, refuses_what_no_worker_does) {
  const PathRegistry registry;
  const WorkerBody body = worker_body(registry, device_under_test());
  EXPECT_THROW(ask(body, static_cast<RequestKind>(99), ""), std::logic_error);
  EXPECT_THROW(body.answer("", [](const std::string&) {}), WireError);
}

// A device that is really lost takes its process along: tests/process/isolation_test.cpp.
TEST(WithDisastersAsVerdicts, lets_a_refused_launch_outside_of_all_paths_be_an_error_where_the_device_still_works) {
  const auto refused = [](const AttentionCase&) -> Verdict {
    throw c10::AcceleratorError({__func__, __FILE__, __LINE__}, 9, "invalid configuration argument");
  };
  const auto refused_to_us = [](const AttentionCase&) -> Verdict { throw CudaError("filling a tensor: refused"); };
  const AttentionCase any = parse_line(small_case());
  EXPECT_THROW(with_disasters_as_verdicts(refused, device_under_test())(any), c10::AcceleratorError);
  EXPECT_THROW(with_disasters_as_verdicts(refused_to_us, device_under_test())(any), CudaError);
}

TEST(WithDisastersAsVerdicts, makes_what_a_path_left_behind_a_verdict_on_that_path) {
  const auto lost = [](const AttentionCase&) -> Verdict { throw DeviceLost("under_test", "an illegal access"); };
  const Verdict verdict = with_disasters_as_verdicts(lost, device_under_test())(parse_line(small_case()));
  EXPECT_FALSE(verdict.holds);
  ASSERT_EQ(verdict.paths.size(), 1u);
  EXPECT_EQ(verdict.paths.front().path, "under_test");
  EXPECT_EQ(verdict.paths.front().status, PathStatus::device_lost);
}

TEST(ErrorOf, is_one_line_of_whatever_was_thrown) {
  EXPECT_EQ(error_of([] {}), "");
  EXPECT_EQ(error_of([] { throw std::runtime_error("bad\nand more"); }), "bad");
  EXPECT_EQ(error_of([] { TORCH_CHECK(false, "refused\nbecause"); }), "refused");
  EXPECT_EQ(error_of([] { throw std::runtime_error(""); }), "an exception without a text");
}

}  // namespace
}  // namespace attngate
