#include "attngate/kill_rate/judgement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "attngate/base/median.h"
#include "attngate/kill_rate/thresholds.h"

namespace attngate::faults {
namespace {

double median_or_0(std::vector<double> values) { return values.empty() ? 0 : median_of(std::move(values)); }

/// The smallest value that `share` of the values do not exceed.
double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const double rank = std::ceil(share * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace

Summary summarise(const std::vector<Judgement>& judgements, DType dtype) {
  Summary summary;
  summary.dtype = dtype;
  std::vector<double> cases, sequences, tokens, shrinks;
  for (const Judgement& judgement : judgements) {
    if (judgement.dtype != dtype) continue;
    ++summary.faults;
    summary.seconds += judgement.seconds;
    if (!judgement.killed) {
      (judgement.never_ran() ? summary.never_ran : summary.survivors).push_back(&judgement);
      continue;
    }
    ++summary.killed;
    cases.push_back(static_cast<double>(judgement.cases));
    sequences.push_back(static_cast<double>(judgement.sequences));
    tokens.push_back(static_cast<double>(judgement.tokens));
    shrinks.push_back(judgement.shrink_seconds);
  }
  summary.median_cases = median_or_0(cases);
  summary.median_sequences = median_or_0(sequences);
  summary.median_tokens = median_or_0(tokens);
  summary.shrink_seconds_95 = quantile(shrinks, Thresholds{}.shrink_share);
  return summary;
}

std::vector<std::string> shortfalls(const Summary& summary) {
  const Thresholds wanted;
  const std::string dtype = to_string(summary.dtype);
  std::vector<std::string> lines = unexplained_survivors(summary);
  if (summary.kill_rate() < wanted.kill_rate(summary.dtype)) {
    lines.push_back(fmt::format("{}: kill rate {:.1f} %, must be {:g} % or more", dtype, 100 * summary.kill_rate(),
                                100 * wanted.kill_rate(summary.dtype)));
  }
  const auto check_most = [&](const std::string& what, double value, double most) {
    if (value > most) lines.push_back(fmt::format("{}: {} {:g}, must be {:g} or less", dtype, what, value, most));
  };
  check_most("median of the shrunk cases' sequences", summary.median_sequences, wanted.median_sequences);
  check_most("median of the shrunk cases' tokens", summary.median_tokens, wanted.median_tokens);
  check_most("95 % quantile of the shrink seconds", summary.shrink_seconds_95, wanted.shrink_seconds);
  return lines;
}

std::vector<std::string> unexplained_survivors(const Summary& summary) {
  std::vector<std::string> lines;
  for (const Judgement* fault : summary.never_ran) {
    lines.push_back(to_string(summary.dtype) + ": " + fault->name +
                    " never ran: no property applied to it, or there was no time");
  }
  for (const Judgement* survivor : summary.survivors) {
    if (survivor->unseen.empty()) {
      lines.push_back(to_string(summary.dtype) + ": " + survivor->name + " survived, UNEXPLAINED");
    }
  }
  return lines;
}

}  // namespace attngate::faults
