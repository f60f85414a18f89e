#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include <rapidcheck/Random.h>

#include "attngate/case/draw.h"
#include "attngate/gates/gate.h"
#include "attngate/gates/sample_request.h"
#include "attngate/gates/shape_class.h"

namespace attngate::test {

/// Samples made up in this process, and a record of what was asked.
class FakeSource : public SampleSource {
 public:
  /// What a process measures: the number of the process counts fresh ones from 0.
  using Answer = std::function<SampleAnswer(const SampleRequest& request, int process)>;

  explicit FakeSource(Answer answer) : answer_(std::move(answer)) {}

  SampleAnswer sample(const SampleRequest& request, bool in_fresh_process) override {
    if (in_fresh_process) ++process_;
    asked.push_back(request);
    return answer_(request, process_);
  }
  void expect_fresh_processes(std::size_t count) override { expected += count; }
  DeviceKey device_key() override { return {"cuda", "fake", "9.0", "1", "13.0", "2.11.0"}; }

  int fresh_processes() const { return process_; }
  std::vector<SampleRequest> asked;
  std::size_t expected = 0;

 private:
  Answer answer_;
  int process_ = 0;
};

/// Pairs whose candidate takes `ratio` times as long as the base, but for noise of that share on each.
inline SampleAnswer pairs_of(const SampleRequest& request, double ratio, double base_us = 200, double noise = 0.004) {
  SampleAnswer answer;
  answer.samples.quantity = request.quantity;
  rc::Random random(request.seed);
  for (std::uint64_t i = 0; i < request.most_pairs; ++i) {
    SamplePair& pair = answer.samples.pairs.emplace_back();
    pair.base.us = base_us * (1 + noise * (draw::unit(random) - 0.5));
    pair.candidate.us = base_us * ratio * (1 + noise * (draw::unit(random) - 0.5));
    pair.base.launches_hidden = pair.candidate.launches_hidden = true;
  }
  return answer;
}

/// A gate of fast against slow on a short case.
inline Gate path_gate_named(const std::string& name) {
  Gate gate;
  gate.name = name;
  gate.attention_case = case_of(shape_class("short"), 0.5, DType::bf16, 1);
  gate.candidate = {"fast", "fast", InputForm::nested};
  gate.base = {"slow", "slow", InputForm::padded};
  return gate;
}

}  // namespace attngate::test
