#include "attngate/case/coverage.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "attngate/case/enumerators.h"
#include "attngate/case/generate.h"

namespace attngate {
namespace {

std::int64_t count(const Coverage& coverage, const std::string& dimension, const std::string& bucket) {
  for (const CoverageBucket& counted : coverage.buckets()) {
    if (counted.dimension == dimension && counted.bucket == bucket) return counted.count;
  }
  ADD_FAILURE() << "no bucket " << dimension << " " << bucket;
  return -1;
}

std::int64_t sum(const Coverage& coverage, const std::string& dimension) {
  std::int64_t result = 0;
  for (const CoverageBucket& counted : coverage.buckets()) {
    result += counted.dimension == dimension ? counted.count : 0;
  }
  return result;
}

std::string names(const std::vector<CoverageBucket>& buckets) {
  return std::accumulate(buckets.begin(), buckets.end(), std::string(), [](std::string text, const auto& bucket) {
    return text + bucket.dimension + " " + bucket.bucket + "; ";
  });
}

/// Dtypes do not share a seed, so that three runs are not one run.
Coverage drawn(const CostLimit& limit, DType dtype, std::int64_t cases) {
  const GeneratorOptions options{.dtypes = {dtype}, .limit = limit};
  Coverage coverage;
  for (std::int64_t index = 0; index < cases; ++index) {
    coverage.add(nth_case(options, 0xc0 + static_cast<std::uint64_t>(dtype), index));
  }
  return coverage;
}

TEST(Coverage, counts_every_dimension_of_a_case) {
  Coverage coverage;
  coverage.add({.num_heads = 3,
                .head_dim = 100,
                .lengths = {0, 33, 192, 33},
                .mask = MaskKind::holes,
                .extra_padding = 9,
                .padding_content = 128,
                .need_weights = true,
                .layout = StorageLayout::sliced,
                .nested = NestedForm::gaps,
                .values = ValueProfile::outlier,
                .storage_offset = 1,
                .parameter_offset = 3});
  const std::pair<const char*, const char*> expected[]{{"mask", "holes"},
                                                       {"layout", "sliced"},
                                                       {"nested", "gaps"},
                                                       {"values", "outlier"},
                                                       {"storage_offset", "1"},
                                                       {"parameter_offset", "3"},
                                                       {"need_weights", "1"},
                                                       {"batch", "2 to 7"},
                                                       {"length", "0"},
                                                       {"length", "33"},
                                                       {"heads", "odd"},
                                                       {"boundary heads", "3"},
                                                       {"extra_padding", "1 to 9"},
                                                       {"length", "mod 128 = 64"},
                                                       {"length", "mod 32 = 1, above 32"},
                                                       {"boundary head_dim", "100"},
                                                       {"padding_content", "1 and more"}};
  for (const auto& [dimension, bucket] : expected) {
    EXPECT_EQ(count(coverage, dimension, bucket), 1) << dimension << " " << bucket;
  }
  EXPECT_EQ(coverage.cases(), 1);
  EXPECT_EQ(coverage.missing().size(), coverage.buckets().size() - std::size(expected));
}

TEST(Coverage, puts_each_batch_into_one_bucket) {
  const std::pair<std::int64_t, const char*> expected[]{{0, "0"},
                                                        {1, "1"},
                                                        {2, "2 to 7"},
                                                        {7, "2 to 7"},
                                                        {8, "8 to 63"},
                                                        {63, "8 to 63"},
                                                        {64, "64 to 255"},
                                                        {255, "64 to 255"},
                                                        {256, "256 to 4095"},
                                                        {4095, "256 to 4095"},
                                                        {4096, "4096 and more"},
                                                        {65537, "4096 and more"}};
  for (const auto& [batch_size, bucket] : expected) {
    Coverage coverage;
    coverage.add({.lengths = std::vector<std::int64_t>(static_cast<std::size_t>(batch_size), 1)});
    EXPECT_EQ(count(coverage, "batch", bucket), 1) << batch_size;
    EXPECT_EQ(sum(coverage, "batch"), 1) << batch_size;
  }
}

TEST(Coverage, does_not_take_a_length_of_one_for_one_past_a_tile) {
  Coverage coverage;
  coverage.add({.lengths = {1, 32, 34}});
  EXPECT_EQ(count(coverage, "length", "mod 32 = 1, above 32"), 0);
  coverage.add({.lengths = {97}});
  EXPECT_EQ(count(coverage, "length", "mod 32 = 1, above 32"), 1);
}

TEST(Coverage, sums_up_to_the_cases_where_each_case_has_one_value) {
  const Coverage coverage = drawn(gpu_limit(), DType::fp32, 500);
  for (const char* const dimension : {"mask", "layout", "nested", "values", "storage_offset", "parameter_offset",
                                      "need_weights", "batch", "heads", "extra_padding", "padding_content"}) {
    EXPECT_EQ(sum(coverage, dimension), 500) << dimension;
  }
}

TEST(Coverage, merges_counts_and_cases) {
  Coverage one, other, both;
  for (std::int64_t index = 0; index < 200; ++index) {
    const AttentionCase c = nth_case({}, 5, index);
    (index % 3 == 0 ? one : other).add(c);
    both.add(c);
  }
  one.merge(other);
  EXPECT_EQ(one.buckets(), both.buckets());
  EXPECT_EQ(one.cases(), 200);
}

TEST(Coverage, misses_what_was_possible_and_not_drawn) {
  Coverage possible, seen;
  possible.add({.lengths = {5}});
  possible.add({.lengths = {5}, .layout = StorageLayout::sliced});
  EXPECT_EQ(names(seen.missing(seen)), "");
  seen.add({.lengths = {5}});
  EXPECT_EQ(names(seen.missing(possible)), "layout sliced; ");
  seen.add({.lengths = {5}, .layout = StorageLayout::sliced, .storage_offset = 2});
  EXPECT_EQ(names(seen.missing(possible)), "");
  EXPECT_GT(seen.missing().size(), 50u);
}

TEST(Coverage, of_twenty_thousand_cases_of_each_dtype_leaves_no_bucket_empty) {
  for (const CostLimit& limit : {gpu_limit(), cpu_limit()}) {
    for (const DType dtype : enumerators<DType>) {
      EXPECT_EQ(names(drawn(limit, dtype, 20000).missing()), "") << to_string(dtype);
    }
  }
}

TEST(Coverage, has_a_minimum_of_cases_after_which_one_in_a_million_runs_misses_a_bucket) {
  // (1 - p)^(minimum / 2) is below 1e-6 for p of 13.8 / (minimum / 2): in five times the minimum that is 138 cases.
  for (const CostLimit& limit : {gpu_limit(), cpu_limit()}) {
    const Coverage coverage = drawn(limit, DType::fp16, 5 * Coverage::minimum_cases);
    for (const CoverageBucket& bucket : coverage.buckets()) {
      EXPECT_GE(bucket.count, 138) << bucket.dimension << " " << bucket.bucket;
    }
  }
}

}  // namespace
}  // namespace attngate
