// Which sequence and which call: batches that are cut or mixed up, buffers that outlive a call, luck.
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>

#include "attngate/faults/edits.h"
#include "attngate/faults/fault.h"

namespace attngate::faults {
namespace {

void first_token_skipped(Attention& a) {
  a.heads = a.heads.masked_fill(a.column_numbers().eq(0).view({1, 1, a.columns(), 1}), 0);
}

void neighbours_row_written(Attention& a) {
  const at::Tensor rows = at::arange(a.batch() * a.columns(), a.inputs.lengths().options());
  const at::Tensor sequences = rows.floor_divide(a.columns()), columns = rows.remainder(a.columns());
  const at::Tensor last_row = columns.eq(a.inputs.lengths().sub(1).index_select(0, sequences));
  const at::Tensor replaced = last_row.logical_and(sequences.lt(a.batch() - 1));
  const at::Tensor source = at::where(replaced, sequences.add(1).mul(a.columns()), rows);
  a.output = a.output.reshape({-1, a.embed_dim()}).index_select(0, source).view_as(a.output);
}

void max_length_of_first_sequence(Attention& a) {
  const std::int64_t first = a.attention_case().lengths.front();
  hide_keys_from(a, at::full_like(a.inputs.lengths(), std::max(first, std::int64_t{1})));
}

void max_length_from_batch(Attention& a) { hide_keys_from(a, at::full_like(a.inputs.lengths(), a.batch())); }

/// Behind a sequence without tokens, everybody gets the rows of the one before.
void empty_sequence_shifts(Attention& a) {
  const std::vector<std::int64_t>& lengths = a.attention_case().lengths;
  std::vector<std::int64_t> source(lengths.size());
  std::iota(source.begin(), source.end(), 0);
  const auto empty = std::ranges::find(lengths, 0);
  for (auto behind = static_cast<std::size_t>(empty - lengths.begin()) + 1; behind < source.size(); ++behind)
    --source[behind];
  take_sequences(a, source);
}

void same_lengths_merged(Attention& a) {
  std::map<std::int64_t, std::int64_t> first_of_length;
  std::vector<std::int64_t> source;
  for (const std::int64_t length : a.attention_case().lengths) {
    const auto sequence = static_cast<std::int64_t>(source.size());
    source.push_back(first_of_length.emplace(length, sequence).first->second);
  }
  take_sequences(a, source);
}

/// Zeros for the heads' rows of every sequence from `first_lost` on.
void lose_sequences(Attention& a, std::int64_t first_lost) {
  if (first_lost >= a.batch()) return;
  const at::Tensor lost = at::ge(at::arange(a.batch(), a.inputs.lengths().options()), first_lost);
  a.heads = a.heads.masked_fill(lost.view({a.batch(), 1, 1, 1}), 0);
}

void batch_cut(Attention& a) {
  constexpr std::int64_t most_sequences = 64;
  lose_sequences(a, most_sequences);
}

void odd_batch_cut(Attention& a) {
  if (a.batch() > 1 && a.batch() % 2 == 1) lose_sequences(a, a.batch() - 1);
}

/// The grid's second dimension ends at 65535 blocks, one for each sequence and head.
void grid_cut(Attention& a) {
  constexpr std::int64_t most_blocks = 65535;
  if (a.batch() * a.num_heads() <= most_blocks) return;
  const at::Tensor blocks = at::arange(a.batch() * a.num_heads(), a.inputs.lengths().options());
  a.heads = a.heads.masked_fill(blocks.ge(most_blocks).view({a.batch(), a.num_heads(), 1, 1}), 0);
}

void dropout_left_on(Attention& a) {
  constexpr double probability = 0.1;
  a.probabilities = at::dropout(a.probabilities, probability, /*train=*/true);
}

/// Row of the last token in the dense output.
std::int64_t last_dense_row(const Attention& a) {
  const std::vector<std::int64_t>& lengths = a.attention_case().lengths;
  std::int64_t sequence = a.batch() - 1;
  while (lengths[static_cast<std::size_t>(sequence)] == 0) --sequence;
  return sequence * a.columns() + lengths[static_cast<std::size_t>(sequence)] - 1;
}

/// Memory that a kernel keeps from call to call and grows when it must.
class Workspace {
 public:
  /// The first `elements`, as the calls before left them; what is new is 0.
  at::Tensor take(std::int64_t elements, const at::TensorOptions& options) {
    const bool same_kind =
        memory_.defined() && memory_.dtype() == options.dtype() && memory_.device() == options.device();
    if (!same_kind) memory_ = at::zeros({0}, options);
    if (memory_.numel() < elements) memory_ = at::cat({memory_, at::zeros({elements - memory_.numel()}, options)});
    return memory_.narrow(0, 0, elements);
  }

 private:
  at::Tensor memory_;
};

/// The output is written to a workspace, all but the last row: there stands what an earlier call left.
Edit leave_stale_row() {
  return [workspace = std::make_shared<Workspace>()](Attention& a) {
    const at::Tensor written = workspace->take(a.output.numel(), a.output.options()).view({-1, a.embed_dim()});
    const at::Tensor rows = a.output.reshape({-1, a.embed_dim()});
    const std::int64_t stale = last_dense_row(a), behind = stale + 1;
    written.narrow(0, 0, stale).copy_(rows.narrow(0, 0, stale));
    written.narrow(0, behind, rows.size(0) - behind).copy_(rows.narrow(0, behind, rows.size(0) - behind));
    a.output = written.clone().view_as(a.output);
  };
}

/// Every call returns the same memory: the next one overwrites what was returned.
Edit return_workspace() {
  return [workspace = std::make_shared<Workspace>()](Attention& a) {
    const at::Tensor rows = copy_of_rows(a);
    a.output = workspace->take(rows.numel(), rows.options()).view_as(rows);
    a.output.copy_(rows);
  };
}

void output_over_input(Attention& a) {
  const at::Tensor rows = copy_of_rows(a);
  a.output = a.inputs.tokens();
  a.output.copy_(rows);
}

/// Gives NaN to one row in 10,000, counted over all calls.
Edit rare_nan() {
  return [seen = std::make_shared<std::int64_t>(0)](Attention& a) {
    constexpr std::int64_t one_in = 10'000;
    const std::int64_t before = *seen, rows = a.inputs.tokens().size(0);
    *seen += rows;
    if (*seen / one_in == before / one_in) return;
    a.output = copy_of_rows(a);
    a.output.select(0, *seen / one_in * one_in - before - 1).fill_(std::nan(""));
  };
}

Edit rare_wrong_element() {
  return [calls = std::make_shared<std::int64_t>(0)](Attention& a) {
    constexpr std::int64_t one_in = 50;
    if (++*calls % one_in != 0) return;
    a.output = copy_of_rows(a);
    a.output.select(0, 0).select(0, 0).add_(0.25);
  };
}

}  // namespace

std::vector<Fault> batching_and_state_faults() {
  return {
      {.name = "first_token_skipped",
       .sentence = "The first token of every sequence is skipped: its heads return zeros.",
       .base = Base::sdpa,
       .hooks = {.heads = first_token_skipped},
       .exposes = "heads=1 head_dim=8 lengths=4"},
      {.name = "neighbours_row_written",
       .sentence = "The last row of a sequence is overwritten by the first one of the next sequence.",
       .base = Base::sdpa,
       .hooks = {.output = neighbours_row_written},
       .exposes = "heads=1 head_dim=8 lengths=4,4",
       .spares = "heads=1 head_dim=8 lengths=4"},
      {.name = "max_length_of_first_sequence",
       .sentence = "The longest length is taken from the first sequence: no key behind it is seen.",
       .base = Base::sdpa,
       .hooks = {.input = max_length_of_first_sequence},
       .exposes = "heads=1 head_dim=8 lengths=2,4",
       .spares = "heads=1 head_dim=8 lengths=4,2"},
      {.name = "max_length_from_batch",
       .sentence = "The longest length is taken from the batch dimension.",
       .base = Base::sdpa,
       .hooks = {.input = max_length_from_batch},
       .exposes = "heads=1 head_dim=8 lengths=4",
       .spares = "heads=1 head_dim=8 lengths=2,2"},
      {.name = "empty_sequence_shifts",
       .sentence = "A sequence without tokens shifts those behind it by one.",
       .base = Base::sdpa,
       .hooks = {.output = empty_sequence_shifts},
       .exposes = "heads=1 head_dim=8 lengths=0,4,4",
       .spares = "heads=1 head_dim=8 lengths=4,4"},
      {.name = "same_lengths_merged",
       .sentence =
           "Sequences of one length get the result of the first of them, as if a cache were keyed by the length.",
       .base = Base::sdpa,
       .hooks = {.output = same_lengths_merged},
       .exposes = "heads=1 head_dim=8 lengths=4,4",
       .spares = "heads=1 head_dim=8 lengths=4,3"},
      {.name = "batch_cut",
       .sentence = "Sequences behind the 64th return zeros.",
       .base = Base::sdpa,
       .hooks = {.heads = batch_cut},
       .exposes = "heads=1 head_dim=8 lengths=2x65",
       .spares = "heads=1 head_dim=8 lengths=2x64"},
      {.name = "odd_batch_cut",
       .sentence = "Of an odd batch of three or more, the last sequence returns zeros.",
       .base = Base::sdpa,
       .hooks = {.heads = odd_batch_cut},
       .exposes = "heads=1 head_dim=8 lengths=2,2,2",
       .spares = "heads=1 head_dim=8 lengths=2,2"},
      {.name = "grid_cut",
       .sentence = "Beyond 65535 pairs of sequence and head, heads return zeros.",
       .reference = "PyTorch issue 142228",
       .base = Base::unfused,
       .hooks = {.heads = grid_cut},
       .exposes = "heads=8 head_dim=1 lengths=1x8192",
       .spares = "heads=8 head_dim=1 lengths=1x8"},
      {.name = "dropout_left_on",
       .sentence = "Dropout of 10 % is left on.",
       .reference = "PyTorch issue 88806",
       .hooks = {.probabilities = dropout_left_on},
       .exposes = "heads=4 head_dim=8 lengths=16"},
      {.name = "stale_row",
       .sentence = "The last token's row is never written: what an earlier call left in the workspace stays there.",
       .base = Base::sdpa,
       .hooks = {.output = leave_stale_row()},
       .exposes = "heads=1 head_dim=8 lengths=4"},
      {.name = "output_buffer_reused",
       .sentence = "Every call returns the same buffer: the next call overwrites what this one returned.",
       .base = Base::sdpa,
       .hooks = {.output = return_workspace()},
       .exposes = "heads=1 head_dim=8 lengths=4,4",
       .exposed_by = "rerun"},
      {.name = "output_over_input",
       .sentence = "The output is written over the input.",
       .base = Base::sdpa,
       .hooks = {.output = output_over_input},
       // By what looks at the inputs themselves. A GPU computes the reference meanwhile: in rerun the input can be a
       // fixed point by then, after twenty runs over one another, which is its own reference.
       .exposes = "heads=1 head_dim=8 lengths=4 layout=transposed",
       .exposed_by = "storage_layout",
       .writes_inputs = true},
      {.name = "nan_in_one_row_of_10000",
       .sentence = "One row in 10,000, counted over all calls, is NaN.",
       .reference = "PyTorch issue 166211",
       .base = Base::sdpa,
       .hooks = {.output = rare_nan()},
       .exposes = "heads=1 head_dim=8 lengths=100x10",
       .calls = 10},
      {.name = "wrong_element_in_one_of_50_calls",
       .sentence = "In one call of 50, one element is 0.25 too large, as when two threads add to it at once.",
       .base = Base::sdpa,
       .hooks = {.output = rare_wrong_element()},
       .exposes = "heads=1 head_dim=8 lengths=4",
       .calls = 50},
  };
}

}  // namespace attngate::faults
