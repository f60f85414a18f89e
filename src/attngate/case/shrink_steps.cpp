#include "attngate/case/shrink_steps.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "attngate/case/boundaries.h"

namespace attngate {
namespace {

using Lengths = std::vector<std::int64_t>;
using Step = ShrinkStep;
using Steps = ShrinkSteps;
using Stage = ShrinkStage;

/// Batches of at most 6 tokens: single sequences, neighbours, and an empty sequence beside others. Then single
/// sequences that end just behind a tile of 32, 64 or 128 keys, or in the middle of the last.
const std::array<Lengths, 19>& jump_lengths() {
  static const std::array<Lengths, 19> lengths{{{1},
                                                {2},
                                                {3},
                                                {4},
                                                {5},
                                                {6},
                                                {1, 1},
                                                {1, 2},
                                                {2, 1},
                                                {2, 2},
                                                {3, 3},
                                                {0},
                                                {0, 1},
                                                {0, 2},
                                                {2, 0},
                                                {33},
                                                {64},
                                                {65},
                                                {129}}};
  return lengths;
}

bool has_empty(const Lengths& lengths) { return std::find(lengths.begin(), lengths.end(), 0) != lengths.end(); }

/// A jump must not end at another failure than the one it came from: longer sequences than the case has, or empty ones
/// where it has none, break things of their own.
bool may_jump(const AttentionCase& c, const Lengths& lengths) {
  const std::int64_t longest = *std::max_element(lengths.begin(), lengths.end());
  return longest <= std::max(c.max_length(), std::int64_t{1}) && (has_empty(c.lengths) || !has_empty(lengths));
}

/// Takes one member over from another case.
using CopySwitch = void (*)(const AttentionCase& from, AttentionCase& to);

template <auto member>
constexpr CopySwitch copy_switch = [](const AttentionCase& from, AttentionCase& to) { to.*member = from.*member; };

/// Everything but sizes, dtype and seed: faults mostly need one of these or none.
constexpr std::array switches{
    copy_switch<&AttentionCase::extra_padding>,   copy_switch<&AttentionCase::padding_content>,
    copy_switch<&AttentionCase::need_weights>,    copy_switch<&AttentionCase::mask>,
    copy_switch<&AttentionCase::layout>,          copy_switch<&AttentionCase::nested>,
    copy_switch<&AttentionCase::values>,          copy_switch<&AttentionCase::storage_offset>,
    copy_switch<&AttentionCase::parameter_offset>};

/// The case with every switch at its default.
AttentionCase without_switches(const AttentionCase& c) {
  return {.dtype = c.dtype, .num_heads = c.num_heads, .head_dim = c.head_dim, .lengths = c.lengths, .seed = c.seed};
}

AttentionCase with_one_channel(AttentionCase c) {
  c.num_heads = 1;
  c.head_dim = 1;
  return c;
}

/// The case with one head of one channel, and every switch but this one at its default.
AttentionCase with_only_switch(std::int64_t index, const AttentionCase& c) {
  AttentionCase result = with_one_channel(without_switches(c));
  switches[static_cast<std::size_t>(index)](c, result);
  return result;
}

void drop_sequences(const Step& step, Lengths& lengths) {
  lengths.erase(lengths.begin() + step.first, lengths.begin() + step.first + step.second);
}

/// The lengths that a step leaves.
Lengths lengths_after(const Step& step, Lengths lengths) {
  switch (step.kind) {
    case Step::simplest_of_lengths:
    case Step::short_lengths:
      return jump_lengths()[static_cast<std::size_t>(step.first)];
    case Step::longest_only:
      return {*std::max_element(lengths.begin(), lengths.end())};
    case Step::drop:
      drop_sequences(step, lengths);
      break;
    case Step::drop_empty:
      std::erase(lengths, 0);
      break;
    case Step::fill_empty:
      std::replace(lengths.begin(), lengths.end(), std::int64_t{0}, std::int64_t{1});
      break;
    case Step::halve_lengths:
      for (std::int64_t& length : lengths) length = length > 1 ? length / 2 : length;
      break;
    case Step::cap_lengths:
      for (std::int64_t& length : lengths) length = std::min(length, step.first);
      break;
    case Step::set_length:
      lengths[static_cast<std::size_t>(step.first)] = step.second;
      break;
    default:
      break;
  }
  return lengths;
}

/// Values below length: 1, 2, one past the tiles of kernels, half, then length minus falling powers of two, which reach
/// any value in log2(length) steps.
std::vector<std::int64_t> lower_lengths(std::int64_t length) {
  std::vector<std::int64_t> values;
  for (const std::int64_t edge : {1, 2, 9, 17, 33, 65, 129, 257}) {
    if (edge < length) values.push_back(edge);
  }
  if (length > 1) values.push_back(length / 2);
  std::int64_t power = 1;
  while (2 * power < length) {
    power *= 2;
  }
  for (; power > 0 && length > 1; power /= 2) {
    values.push_back(length - power);
  }
  return values;
}

void add_jumps(const AttentionCase& c, Steps& steps) {
  for (const Step::Kind kind : {Step::simplest_of_lengths, Step::short_lengths}) {
    for (std::size_t index = 0; index < jump_lengths().size(); ++index) {
      if (may_jump(c, jump_lengths()[index])) steps.push_back({Stage::jump, kind, static_cast<std::int64_t>(index)});
    }
  }
  if (!c.lengths.empty()) steps.push_back({Stage::jump, Step::longest_only});
}

void add_resets(Steps& steps) {
  steps.push_back({Stage::reset, Step::plain_one_channel});
  steps.push_back({Stage::reset, Step::plain});
  for (std::size_t index = 0; index < switches.size(); ++index) {
    steps.push_back({Stage::reset, Step::keep_switch, static_cast<std::int64_t>(index)});
  }
  steps.push_back({Stage::reset, Step::one_channel});
}

/// Drops each of the blocks of block_size sequences that the batch falls into, the last one first.
void add_block_drops(Stage stage, std::int64_t batch_size, std::int64_t block_size, Steps& steps) {
  const std::int64_t blocks = (batch_size + block_size - 1) / block_size;
  for (std::int64_t block = blocks - 1; block >= 0; --block) {
    const std::int64_t first = block * block_size;
    steps.push_back({stage, Step::drop, first, std::min(block_size, batch_size - first)});
  }
}

void add_batch_steps(const AttentionCase& c, Steps& steps) {
  const std::int64_t batch_size = c.batch_size();
  if (batch_size > 1) {
    const std::int64_t half = (batch_size + 1) / 2;
    steps.push_back({Stage::batch, Step::drop, half, batch_size - half});
    steps.push_back({Stage::batch, Step::drop, 0, half});
    add_block_drops(Stage::batch, batch_size, (batch_size + 3) / 4, steps);
  }
  // From either end by falling powers of two: an exact batch size is reached in log2(batch) successes.
  for (std::int64_t count = batch_size / 8; count > 0; count /= 2) {
    steps.push_back({Stage::batch, Step::drop, batch_size - count, count});
    steps.push_back({Stage::batch, Step::drop, 0, count});
  }
}

void add_length_steps(const AttentionCase& c, Steps& steps) {
  steps.push_back({Stage::lengths, Step::drop_empty});
  steps.push_back({Stage::lengths, Step::fill_empty});
  for (const std::int64_t cap : lower_lengths(c.max_length())) {
    steps.push_back({Stage::lengths, Step::cap_lengths, cap});
  }
  steps.push_back({Stage::lengths, Step::halve_lengths});
}

void add_shape_steps(const AttentionCase& c, Steps& steps) {
  for (const std::int64_t value : part(boundary_num_heads(), 1, c.num_heads - 1)) {
    steps.push_back({Stage::shape, Step::heads, value});
  }
  steps.push_back({Stage::shape, Step::heads, c.num_heads - 1});
  for (const std::int64_t value : part(boundary_head_dims(), 1, c.head_dim - 1)) {
    steps.push_back({Stage::shape, Step::head_dim, value});
  }
}

void add_switch_steps(const AttentionCase& c, Steps& steps) {
  for (std::size_t index = 0; index < switches.size(); ++index) {
    steps.push_back({Stage::switches, Step::reset_switch, static_cast<std::int64_t>(index)});
  }
  steps.push_back({Stage::switches, Step::extra_padding, c.extra_padding / 2});
  steps.push_back({Stage::switches, Step::extra_padding, c.extra_padding - 1});
  for (std::int64_t offset = 1; offset < CaseRange::max_storage_offset; ++offset) {
    steps.push_back({Stage::switches, Step::storage_offset, offset});
    steps.push_back({Stage::switches, Step::parameter_offset, offset});
  }
}

void add_single_steps(const AttentionCase& c, Steps& steps) {
  // At most so many blocks or single sequences are tried one by one: bigger batches first lose blocks.
  constexpr std::int64_t most_blocks = 256;
  const std::int64_t batch_size = c.batch_size();
  for (std::int64_t block_size = batch_size / 8; block_size > 0 && batch_size / block_size <= most_blocks;
       block_size /= 2) {
    add_block_drops(Stage::single, batch_size, block_size, steps);
  }
  if (batch_size > 1 && batch_size < 8) {
    add_block_drops(Stage::single, batch_size, 1, steps);
  }
  for (std::int64_t sequence = 0; sequence < std::min(batch_size, most_blocks); ++sequence) {
    const std::int64_t length = c.lengths[static_cast<std::size_t>(sequence)];
    if (length == 0) steps.push_back({Stage::single, Step::set_length, sequence, 1});
    for (const std::int64_t value : lower_lengths(length)) {
      steps.push_back({Stage::single, Step::set_length, sequence, value});
    }
  }
}

}  // namespace

AttentionCase apply(const ShrinkStep& step, AttentionCase attention_case) {
  attention_case.lengths = lengths_after(step, std::move(attention_case.lengths));
  switch (step.kind) {
    case Step::simplest_of_lengths:
      return {.dtype = attention_case.dtype, .num_heads = 1, .head_dim = 1, .lengths = attention_case.lengths};
    case Step::plain:
      return without_switches(attention_case);
    case Step::one_channel:
      return with_one_channel(std::move(attention_case));
    case Step::plain_one_channel:
      return with_one_channel(without_switches(attention_case));
    case Step::keep_switch:
      return with_only_switch(step.first, attention_case);
    case Step::reset_switch:
      switches[static_cast<std::size_t>(step.first)](AttentionCase(), attention_case);
      break;
    case Step::heads:
      attention_case.num_heads = step.first;
      break;
    case Step::head_dim:
      attention_case.head_dim = step.first;
      break;
    case Step::extra_padding:
      attention_case.extra_padding = step.first;
      break;
    case Step::storage_offset:
      attention_case.storage_offset = step.first;
      break;
    case Step::parameter_offset:
      attention_case.parameter_offset = step.first;
      break;
    case Step::seed:
      attention_case.seed = 0;
      break;
    default:
      break;
  }
  return attention_case;
}

ShrinkSteps shrink_steps(const AttentionCase& attention_case, ShrinkStage start) {
  Steps steps;
  add_jumps(attention_case, steps);
  add_resets(steps);
  add_batch_steps(attention_case, steps);
  add_length_steps(attention_case, steps);
  add_shape_steps(attention_case, steps);
  add_switch_steps(attention_case, steps);
  add_single_steps(attention_case, steps);
  steps.push_back({Stage::seed, Step::seed});
  const auto first = std::find_if(steps.begin(), steps.end(), [&](const Step& step) { return step.stage >= start; });
  std::rotate(steps.begin(), first, steps.end());
  return steps;
}

}  // namespace attngate
