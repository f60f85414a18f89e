#pragma once

#include "attngate/report/results.h"

namespace attngate::test {

/// Results with a value in every field; `failures` and the skipped ones are for the test to add.
inline Results sample_results(const std::string& test = "property.agreement.fp16.cuda") {
  Results results;
  results.test = test;
  results.property = "agreement";
  results.dtype = "fp16";
  results.device = "cuda";
  results.device_name = "NVIDIA H200";
  results.libtorch_version = "2.11.0";
  results.cuda_version = "13.0";
  results.attngate_version = "0.1.0";
  results.seed = 0xffffffffffffffff;
  results.max_cases = 2000;
  results.max_seconds = 60;
  results.status = TestStatus::holds;
  results.cases = 1234;
  results.corpus_cases = 34;
  results.cases_per_second = 152.5;
  results.worst_margin = 0.3125;
  results.worst_path = "nn_mha_fast.flash";
  results.worst_line = "dtype=fp16 heads=1 head_dim=8 lengths=3";
  results.paths = {{"nn_mha_fast.flash",
                    1200,
                    34,
                    0.3125,
                    "dtype=fp16 heads=1 head_dim=8 lengths=3",
                    {{"flash", 1100}, {"math", 100}},
                    81.25},
                   {"nn_mha_slow", 7, 0, 0.001, "line", {{"unfused", 7}}, 1234.5}};
  results.shares = {0.125, 0.125, 0.25, 0.25, 0.125, 0.125};
  results.exact_pairs = 100;
  results.exact_equal = 99;
  results.coverage = {{"mask", {{"padding", 1000}, {"4d", 234}}}, {"batch", {{"1", 1234}}}};
  results.journal = "results/a.journal";
  results.started = "2026-01-31T12:00:00Z";
  results.wall_seconds = 8.09;
  return results;
}

inline FailureResults sample_failure() {
  FailureResults failure;
  failure.path = "fast";
  failure.status = "wrong result";
  failure.origin = "random";
  failure.index = 17;
  failure.first_line = "lengths=7,1,64";
  failure.first_reason = "slow: wrong result";
  failure.shrunk_line = "lengths=1";
  failure.shrunk_reason = "fast: wrong result";
  failure.shrink_attempts = 31;
  failure.shrink_steps = 6;
  failure.shrink_seconds = 0.5;
  failure.shrink_budget_ended = true;
  failure.reruns = 2;
  failure.replay = "attngate replay 'lengths=1'";
  failure.ctest_replay = "ATTNGATE_CASE='lengths=1' ctest";
  failure.paths = {{"fast", "flash", "wrong result", 12.5, 0.125, 0.01, "first \"differing\" <element>\n& so on"}};
  return failure;
}

}  // namespace attngate::test
