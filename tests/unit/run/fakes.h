#pragma once

#include <string>

#include "attngate/case/attention_case.h"
#include "attngate/case/shrink.h"
#include "attngate/run/for_all.h"
#include "attngate/run/replay_command.h"

namespace attngate::test {

/// A case of these lengths.
inline AttentionCase case_of(std::vector<std::int64_t> lengths, std::uint64_t seed = 0) {
  AttentionCase value;
  value.lengths = std::move(lengths);
  value.seed = seed;
  return value;
}

/// Random case `index` of the fake generator: index + 1 sequences, its index as seed.
inline AttentionCase draw_fake(std::uint64_t index) {
  return case_of(std::vector<std::int64_t>(static_cast<std::size_t>(index) + 1, 5), index);
}

inline Verdict holding(double margin = 0.25, const std::string& path = "fake") {
  Verdict verdict;
  verdict.worst_margin = margin;
  verdict.worst_path = path;
  verdict.paths.push_back({path, "math", PathStatus::ok, margin, margin / 100, 0.01, "", 10});
  return verdict;
}

inline Verdict failing(const std::string& reason = "fake: wrong result") {
  Verdict verdict = holding(12.5);
  verdict.holds = false;
  verdict.reason = reason;
  verdict.paths[0].status = PathStatus::wrong_result;
  verdict.paths[0].detail = "row 3 differs";
  return verdict;
}

/// A test of the fake property.
inline const RunIdentity fake_run = {"property.fake.fp32.cpu", "fake", "cpu", 0x2a};

/// Options that run `cases` random cases and tell nobody.
inline ForAllOptions fake_options(std::uint64_t cases) {
  ForAllOptions options;
  options.max_cases = cases;
  options.stop_at_first_failure = true;  // what most tests are about is one failure
  return options;
}

}  // namespace attngate::test
