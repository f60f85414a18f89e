#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>

#include "attngate/case/attention_case.h"
#include "attngate/sweep/sweep_request.h"

namespace attngate {

/// One configuration of a sweep: a row to be.
struct SweepPoint {
  AttentionCase attention_case;
  /// What is asked of the worker; its line is the case's.
  SweepRequest request;
  /// Cells of the configuration, by column.
  std::map<std::string, std::string> configuration;
  /// What errors are counted under.
  std::string entry_name;
};

/// The configurations of a sweep, each made when it is asked for: a grid of 10^10 of them takes no memory.
class SweepPoints {
 public:
  SweepPoints() = default;
  /// `make` is asked for indices below `size`.
  SweepPoints(std::uint64_t size, std::function<SweepPoint(std::uint64_t)> make)
      : size_(size), make_(std::move(make)) {}

  std::uint64_t size() const { return size_; }
  SweepPoint operator[](std::uint64_t index) const { return make_(index); }

 private:
  std::uint64_t size_ = 0;
  std::function<SweepPoint(std::uint64_t)> make_;
};

/// The number of combinations of so many values each; the largest number there is where it is larger still.
std::uint64_t combinations(std::initializer_list<std::size_t> counts);

/// Takes an index of combinations apart, the value that changes fastest first.
class CombinationIndex {
 public:
  explicit CombinationIndex(std::uint64_t index) : rest_(index) {}

  /// The next one's value, of those that it may have.
  template <typename Values>
  const auto& value_of(const Values& values) {
    const std::uint64_t count = values.size(), index = rest_ % count;
    rest_ /= count;
    return values[index];
  }

 private:
  std::uint64_t rest_;
};

}  // namespace attngate
