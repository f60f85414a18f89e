#include "attngate/case/coverage.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "attngate/case/boundaries.h"
#include "attngate/case/enumerators.h"

namespace attngate {
namespace {

/// What a bucket looks at.
struct Drawn {
  const AttentionCase& attention_case;
  /// Every length that occurs, once.
  std::vector<std::int64_t> distinct_lengths;
};

struct BucketRule {
  std::string dimension;
  std::string bucket;
  std::function<bool(const Drawn&)> contains;
};

using Rules = std::vector<BucketRule>;

template <auto member>
void add_enumeration(const char* dimension, Rules& rules) {
  using Enum = std::remove_cvref_t<decltype(std::declval<AttentionCase>().*member)>;
  for (const Enum value : enumerators<Enum>) {
    rules.push_back(
        {dimension, to_string(value), [value](const Drawn& d) { return d.attention_case.*member == value; }});
  }
}

template <auto member>
void add_values(const char* dimension, std::span<const std::int64_t> values, Rules& rules) {
  for (const std::int64_t value : values) {
    rules.push_back(
        {dimension, fmt::to_string(value), [value](const Drawn& d) { return d.attention_case.*member == value; }});
  }
}

/// Values from least to most, most included.
template <typename ValueOf>
void add_range(const char* dimension, std::int64_t least, std::int64_t most, ValueOf value_of, Rules& rules) {
  const bool open = most == std::numeric_limits<std::int64_t>::max();
  const std::string name = open            ? fmt::format("{} and more", least)
                           : least == most ? fmt::to_string(least)
                                           : fmt::format("{} to {}", least, most);
  rules.push_back({dimension, name, [=](const Drawn& d) {
                     const std::int64_t value = value_of(d.attention_case);
                     return value >= least && value <= most;
                   }});
}

/// One or more sequences with such a length.
template <typename Wanted>
void add_length(std::string name, Wanted wanted, Rules& rules) {
  rules.push_back({"length", std::move(name), [wanted](const Drawn& d) {
                     return std::any_of(d.distinct_lengths.begin(), d.distinct_lengths.end(), wanted);
                   }});
}

void add_lengths(Rules& rules) {
  std::vector<std::int64_t> exact{0, 1, 2, 3};
  for (const std::int64_t edge : {8, 16, 32, 64, 128, 256, 1024}) {
    for (const std::int64_t value : {edge - 1, edge, edge + 1}) exact.push_back(value);
  }
  for (const std::int64_t value : exact) {
    add_length(
        fmt::to_string(value), [value](std::int64_t length) { return length == value; }, rules);
  }
  add_length(
      "mod 32 = 1, above 32", [](std::int64_t length) { return length > 32 && length % 32 == 1; }, rules);
  add_length(
      "mod 128 = 64", [](std::int64_t length) { return length % 128 == 64; }, rules);
}

void add_batches(Rules& rules) {
  constexpr std::int64_t unbounded = std::numeric_limits<std::int64_t>::max();
  const auto batch = [](const AttentionCase& c) { return c.batch_size(); };
  constexpr std::pair<std::int64_t, std::int64_t> ranges[]{{0, 0},    {1, 1},      {2, 7},           {8, 63},
                                                           {64, 255}, {256, 4095}, {4096, unbounded}};
  for (const auto& [least, most] : ranges) {
    add_range("batch", least, most, batch, rules);
  }
}

Rules make_rules() {
  constexpr std::int64_t offsets[]{0, 1, 2, 3};
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Rules rules;
  add_enumeration<&AttentionCase::mask>("mask", rules);
  add_enumeration<&AttentionCase::layout>("layout", rules);
  add_enumeration<&AttentionCase::nested>("nested", rules);
  add_enumeration<&AttentionCase::values>("values", rules);
  add_values<&AttentionCase::storage_offset>("storage_offset", offsets, rules);
  add_values<&AttentionCase::parameter_offset>("parameter_offset", offsets, rules);
  const auto need_weights = [](const AttentionCase& c) { return std::int64_t{c.need_weights}; };
  add_range("need_weights", 0, 0, need_weights, rules);
  add_range("need_weights", 1, 1, need_weights, rules);
  add_batches(rules);
  add_lengths(rules);
  rules.push_back({"heads", "odd", [](const Drawn& d) { return d.attention_case.num_heads % 2 == 1; }});
  rules.push_back({"heads", "even", [](const Drawn& d) { return d.attention_case.num_heads % 2 == 0; }});
  add_values<&AttentionCase::num_heads>("boundary heads", boundary_num_heads(), rules);
  add_values<&AttentionCase::head_dim>("boundary head_dim", boundary_head_dims(), rules);
  const auto extra_padding = [](const AttentionCase& c) { return c.extra_padding; };
  add_range("extra_padding", 0, 0, extra_padding, rules);
  add_range("extra_padding", 1, 9, extra_padding, rules);
  const auto padding_content = [](const AttentionCase& c) { return c.padding_content; };
  add_range("padding_content", 0, 0, padding_content, rules);
  add_range("padding_content", 1, most, padding_content, rules);
  return rules;
}

const Rules& all_rules() {
  static const Rules rules = make_rules();
  return rules;
}

std::vector<std::int64_t> distinct(std::vector<std::int64_t> lengths) {
  std::sort(lengths.begin(), lengths.end());
  lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
  return lengths;
}

}  // namespace

Coverage::Coverage() : counts_(all_rules().size(), 0) {}

Coverage::Coverage(const Counts& counts, std::uint64_t cases) : cases_(static_cast<std::int64_t>(cases)) {
  for (const BucketRule& rule : all_rules()) {
    const auto dimension = counts.find(rule.dimension);
    const bool is_there = dimension != counts.end() && dimension->second.contains(rule.bucket);
    counts_.push_back(is_there ? static_cast<std::int64_t>(dimension->second.at(rule.bucket)) : 0);
  }
}

void Coverage::add(const AttentionCase& attention_case) {
  const Drawn drawn{attention_case, distinct(attention_case.lengths)};
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    counts_[i] += all_rules()[i].contains(drawn) ? 1 : 0;
  }
  ++cases_;
}

void Coverage::merge(const Coverage& other) {
  std::transform(counts_.begin(), counts_.end(), other.counts_.begin(), counts_.begin(), std::plus<>());
  cases_ += other.cases_;
}

std::vector<CoverageBucket> Coverage::buckets() const {
  std::vector<CoverageBucket> result;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    result.push_back({all_rules()[i].dimension, all_rules()[i].bucket, counts_[i]});
  }
  return result;
}

Coverage::Counts Coverage::counts() const {
  Counts counts;
  for (const CoverageBucket& bucket : buckets()) {
    if (bucket.count > 0) counts[bucket.dimension][bucket.bucket] = static_cast<std::uint64_t>(bucket.count);
  }
  return counts;
}

std::vector<CoverageBucket> Coverage::missing() const {
  std::vector<CoverageBucket> result = buckets();
  std::erase_if(result, [](const CoverageBucket& bucket) { return bucket.count > 0; });
  return result;
}

std::vector<CoverageBucket> Coverage::missing(const Coverage& possible) const {
  const std::vector<CoverageBucket> impossible = possible.missing();
  std::vector<CoverageBucket> result = missing();
  std::erase_if(result, [&](const CoverageBucket& bucket) {
    return std::find(impossible.begin(), impossible.end(), bucket) != impossible.end();
  });
  return result;
}

}  // namespace attngate
