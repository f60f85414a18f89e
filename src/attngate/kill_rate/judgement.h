#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "attngate/case/attention_case.h"
#include "attngate/run/last_words.h"

namespace attngate::faults {

/// What the gate may spend on one fault in one dtype.
struct Budget {
  /// Random cases for each property.
  std::uint64_t cases_per_property = 1000;
  /// Seconds for all properties together.
  double seconds = 60;
  /// The same for all healthy paths together. Less than their full number of cases takes: each failure of a fault is
  /// held against its healthy base as well, and the soak for false alarms is a run of its own (docs/oracle.md).
  double seconds_of_healthy_paths = 10;
  /// How long one case may run.
  double case_timeout_seconds = default_case_timeout_seconds;
  /// Of the random cases.
  std::uint64_t seed = 0;
  /// Known cases for what survives the first look at random ones.
  std::vector<AttentionCase> corpus = {};
};

/// What the gate said of one path in one dtype.
struct Judgement {
  /// The fault's name.
  std::string name;
  DType dtype = DType::fp32;
  bool killed = false;
  /// The first failing case held when it ran again; it was not shrunk then.
  bool flaky = false;
  /// The property that killed it.
  std::string property;
  /// How the path behaved: "wrong result", "unexpected error", ...
  std::string status;
  /// Cases run up to the kill, over all properties.
  std::uint64_t cases = 0;
  /// The same by property; those without a case are left out.
  std::map<std::string, std::uint64_t> cases_by_property = {};
  /// The first case that failed, and the smallest one that still does.
  std::string first_line;
  std::string line;
  /// What the property said of the smallest one.
  std::string reason;
  /// Size of the smallest one.
  std::int64_t sequences = 0;
  std::int64_t tokens = 0;
  std::uint64_t shrink_attempts = 0;
  double shrink_seconds = 0;
  /// From the first case to the end, shrinking included.
  double seconds = 0;
  /// Why nothing can see the fault in this dtype; empty where it must be seen.
  std::string unseen;
  /// A property and a case on which the path fails, and its base without the fault as well: a false alarm, no kill.
  /// Empty where there is none.
  std::string false_alarm;

  /// No property applied to it, or there was no time: nothing is known of it.
  bool never_ran() const { return !killed && cases == 0; }
};

/// What all judgements of one dtype come to.
struct Summary {
  DType dtype = DType::fp32;
  std::uint64_t faults = 0;
  std::uint64_t killed = 0;
  /// Median over the killed faults.
  double median_cases = 0;
  double median_sequences = 0;
  double median_tokens = 0;
  /// 95 % of the killed faults were shrunk in so many seconds or fewer.
  double shrink_seconds_95 = 0;
  double seconds = 0;
  std::vector<const Judgement*> survivors;
  /// Those of which nothing is known.
  std::vector<const Judgement*> never_ran;

  double kill_rate() const { return faults > 0 ? static_cast<double>(killed) / static_cast<double>(faults) : 0; }
};

/// Summarises the judgements of this dtype; they must outlive the summary.
Summary summarise(const std::vector<Judgement>& judgements, DType dtype);

/// What the summary fails of the thresholds in thresholds.h, one line each; empty when the gate is as sharp as it must
/// be.
std::vector<std::string> shortfalls(const Summary& summary);

/// The same for some faults picked by name, where a rate says nothing: survivors without a reason, and faults that
/// never ran.
std::vector<std::string> unexplained_survivors(const Summary& summary);

}  // namespace attngate::faults
