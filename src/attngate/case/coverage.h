#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "attngate/case/attention_case.h"

namespace attngate {

/// How many cases had one value, or one of a class of values, of one dimension.
struct CoverageBucket {
  /// "mask", "length", "batch", ...
  std::string dimension;
  /// "4d", "mod 32 = 1", "8 to 63", ...
  std::string bucket;
  std::int64_t count = 0;

  bool operator==(const CoverageBucket&) const = default;
};

/// Counts which values of every dimension the cases of a suite had; the dtype is not counted.
///
/// Within a dimension of one value per case (mask, heads odd or even, batch, ...) the buckets' counts sum up to the
/// cases. A length bucket counts the cases with one such sequence or more, so a case may count in several, or in none.
class Coverage {
 public:
  /// Cases by dimension and bucket, without the empty buckets.
  using Counts = std::map<std::string, std::map<std::string, std::uint64_t>>;

  Coverage();
  /// Of so many cases with these counts; buckets that there are no more are left out.
  Coverage(const Counts& counts, std::uint64_t cases);

  /// Counts one case.
  void add(const AttentionCase& attention_case);
  /// Adds the counts of another test or process.
  void merge(const Coverage& other);

  /// Cases added so far.
  std::int64_t cases() const { return cases_; }
  /// Every bucket, drawn or not, dimension by dimension, always in the same order.
  std::vector<CoverageBucket> buckets() const;
  Counts counts() const;

  /// Buckets with a count of 0. Judge a suite by it only when it drew minimum_cases or more.
  std::vector<CoverageBucket> missing() const;
  /// The same, without the buckets that `possible` lacks too: the coverage of many draws that nobody ran, with the cost
  /// limit and the changes of the property that the suite had.
  std::vector<CoverageBucket> missing(const Coverage& possible) const;

  /// After so many cases of the generator, a bucket is still missing with a probability below 1e-6.
  ///
  /// A bucket of frequency p is missed n times with (1 - p)^n, below 1e-6 from n = ln(1e6) / p = 13.8 / p on. The
  /// rarest buckets in 100,000 draws of each dtype: 0.0012 with cpu_limit() (lengths 1023 to 1025; length 129 has
  /// 0.0015), 0.0017 with gpu_limit() (the same, and the empty batch). 13.8 / 0.0012 = 11,500; 12,000 holds down to
  /// 0.00115. Cases come in pairs of one shape (generate.h), so twice that.
  static constexpr std::int64_t minimum_cases = 24000;

  bool operator==(const Coverage&) const = default;

 private:
  std::vector<std::int64_t> counts_;
  std::int64_t cases_ = 0;
};

}  // namespace attngate
