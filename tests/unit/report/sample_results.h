#pragma once

#include "attngate/report/results.h"

namespace attngate::test {

/// Results with a value in every field; failures are for the test to add.
inline Results sample_results(const std::string& test = "property.agreement.fp16.cuda") {
  Results results;
  RunContext& context = results.context;
  context.run = {test, "agreement", "cuda", 0xffffffffffffffff, {"nn_mha_fast"}, "property.all.fp16.cuda"};
  context.dtype = "fp16";
  context.device = {.type = "cuda", .name = "NVIDIA H200", .cuda = "13.0", .libtorch = "2.11.0"};
  context.attngate_version = "0.1.0";
  context.max_cases = 2000;
  context.max_seconds = 60;
  context.started = "2026-01-31T12:00:00Z";
  RunReport& report = results.report;
  report.random_cases = 1200;
  report.corpus_cases = 34;
  report.inapplicable_cases = 3;
  report.why_inapplicable = "no mask";
  report.loop_seconds = 8;
  report.ended_by = RunEnd::time_limit;
  report.worst_margin = 0.3125;
  report.worst_path = "nn_mha_fast.flash";
  report.worst_line = "dtype=fp16 heads=1 head_dim=8 lengths=3";
  report.paths = {{"nn_mha_fast.flash",
                   1200,
                   34,
                   0.3125,
                   "dtype=fp16 heads=1 head_dim=8 lengths=3",
                   {{"flash", 1100}, {"math", 100}},
                   {81.25}},
                  {"nn_mha_slow", 7, 0, 0.001, "line", {{"unfused", 7}}, {1234.5}}};
  report.generate_us = 1e6;
  report.phases = {1e6, 2e6, 2e6, 1e6};
  report.exact_pairs = 100;
  report.exact_equal = 99;
  report.coverage = Coverage({{"mask", {{"padding", 1000}, {"4d", 234}}}, {"batch", {{"1", 1234}}}}, 1234);
  report.journal_path = "results/a.journal";
  report.wall_seconds = 8.09;
  return results;
}

inline Failure sample_failure(const std::string& path = "fast") {
  Failure failure;
  failure.blame = Blame{path, PathStatus::wrong_result};
  failure.index = 17;
  failure.first.line = "lengths=7,1,64";
  failure.first.verdict.reason = "slow: wrong result";
  failure.shrunk.emplace().line = "lengths=1";
  failure.shrunk->verdict.reason = "fast: wrong result";
  failure.shrunk->verdict.paths = {
      {path, "flash", PathStatus::wrong_result, 12.5, 0.125, 0.01, "first \"differing\" <element>\n& so on", 2.5}};
  failure.shrink_attempts = 31;
  failure.shrink_steps = 6;
  failure.shrink_seconds = 0.5;
  failure.shrink_budget_ended = true;
  failure.reruns = 2;
  return failure;
}

}  // namespace attngate::test
