#include "attngate/oracle/claim.h"

namespace attngate {
namespace {

void note_margin(const Margin& margin, PathOutcome& outcome, Verdict& verdict) {
  if (margin.value >= outcome.margin) {
    outcome.margin = margin.value;
    outcome.error = margin.error;
    outcome.bound = margin.bound;
  }
  if (margin.value > verdict.worst_margin || verdict.worst_path.empty()) {
    verdict.worst_margin = margin.value;
    verdict.worst_path = outcome.path;
  }
}

PathOutcome pair_of(const PathOutcome& a, const PathOutcome& b) {
  PathOutcome pair;
  pair.path = a.path + " ~ " + b.path;
  pair.backend = a.backend == b.backend ? a.backend : a.backend + " ~ " + b.backend;
  return pair;
}

}  // namespace

std::vector<Claim> agreement(const std::vector<at::Tensor>& rows) {
  std::vector<Claim> claims;
  for (std::size_t path = 0; path < rows.size(); ++path) {
    if (rows[path].defined()) claims.push_back({.path = path, .pair = {rows[path]}});
  }
  for (std::size_t path = 0; path < rows.size(); ++path) {
    for (std::size_t other = path + 1; other < rows.size(); ++other) {
      if (!rows[path].defined() || !rows[other].defined()) continue;
      claims.push_back({.path = path, .pair = {rows[path], rows[other]}, .other = other});
    }
  }
  return claims;
}

std::vector<PathOutcome> judge(const std::vector<Claim>& claims, const Truth& truth,
                               const AttentionCase& attention_case, std::vector<Execution>& executions,
                               Verdict& verdict) {
  std::vector<RowPair> pairs;
  for (const Claim& claim : claims) pairs.push_back(claim.pair);
  const RowComparison comparison(std::move(pairs), truth, attention_case);

  const auto note = [&](std::size_t i, PathOutcome& outcome) {
    note_margin(comparison.margin(i), outcome, verdict);
    if (comparison.margin(i).holds() || outcome.status != PathStatus::ok) return;
    outcome.status = PathStatus::wrong_result;
    outcome.detail = (claims[i].relation.empty() ? "" : claims[i].relation + ": ") + comparison.words(i);
  };
  std::vector<PathOutcome> failed_pairs;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    PathOutcome& outcome = executions[claims[i].path].outcome;
    if (claims[i].bitwise) {
      ++verdict.exact_pairs;
      verdict.exact_equal += comparison.same_numbers(i) ? 1 : 0;
    }
    if (!claims[i].other) {
      note(i, outcome);
    } else if (const PathOutcome& other = executions[*claims[i].other].outcome; outcome.holds() && other.holds()) {
      PathOutcome pair = pair_of(outcome, other);
      note(i, pair);
      if (!pair.holds()) failed_pairs.push_back(std::move(pair));
    }
  }
  return failed_pairs;
}

}  // namespace attngate
