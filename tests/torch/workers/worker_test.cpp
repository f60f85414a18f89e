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

TEST(ErrorOf, is_one_line_of_whatever_was_thrown) {
  EXPECT_EQ(error_of([] {}), "");
  EXPECT_EQ(error_of([] { throw std::runtime_error("bad\nand more"); }), "bad");
  EXPECT_EQ(error_of([] { TORCH_CHECK(false, "refused\nbecause"); }), "refused");
  EXPECT_EQ(error_of([] { throw std::runtime_error(""); }), "an exception without a text");
}

}  // namespace
}  // namespace attngate
