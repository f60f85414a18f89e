// Where numbers are read: tiles and their tails, strides, offsets and gaps.
#include <ATen/NestedTensorImpl.h>
#include <ATen/ops/as_strided.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cstddef>

#include "attngate/faults/edits.h"
#include "attngate/faults/fault.h"
#include "attngate/values/nested_form.h"

namespace attngate::faults {
namespace {

/// What a read past the end of a tensor's memory finds here: a finite number that no token has.
constexpr double foreign_memory = 7;

/// Elements of the tensor's storage from its own first one on.
std::int64_t elements_from_first(const at::Tensor& tensor) {
  return static_cast<std::int64_t>(tensor.storage().nbytes() / tensor.itemsize()) - tensor.storage_offset();
}

/// The tensor as its memory reads without strides.
at::Tensor read_as_packed(const at::Tensor& tensor) {
  const std::int64_t there = std::min(tensor.numel(), elements_from_first(tensor));
  const at::Tensor own = at::as_strided(tensor, {there}, {1}, tensor.storage_offset());
  const at::Tensor beyond = at::full({tensor.numel() - there}, foreign_memory, tensor.options());
  return at::cat({own, beyond}).view(tensor.sizes());
}

at::Tensor read_from_start_of_storage(const at::Tensor& tensor) {
  return at::as_strided(tensor, tensor.sizes(), tensor.strides(), 0);
}

void strides_ignored(Attention& a) {
  if (a.attention_case().layout != StorageLayout::expanded) a.input = read_as_packed(a.input);
}

void expanded_batch_read_as_packed(Attention& a) {
  if (a.attention_case().layout == StorageLayout::expanded) a.input = read_as_packed(a.input);
}

void storage_offset_ignored(Attention& a) { a.input = read_from_start_of_storage(a.input); }

void parameter_offset_ignored(Attention& a) {
  MhaParameters& p = a.parameters;
  for (at::Tensor* parameter : {&p.in_proj_weight, &p.in_proj_bias, &p.out_proj_weight, &p.out_proj_bias}) {
    *parameter = read_from_start_of_storage(*parameter);
  }
}

void nested_gaps_ignored(Attention& a) {
  AttentionCase packed = a.attention_case();
  packed.nested = NestedForm::view;
  const at::Tensor buffer = at::native::get_nested_tensor_impl(a.input)->get_unsafe_storage_as_tensor();
  a.input = nested_view(buffer.narrow(0, 0, a.inputs.tokens().numel()), packed);
}

/// Loads one row too many and multiplies it by 0. Behind the last sequence lies the arena's guard, a row of NaN at
/// least.
void read_past_the_end(Attention& a) {
  constexpr std::int64_t rows_at_once = 8;
  if (a.columns() % rows_at_once == 0) return;
  const GuardedArena& arena = a.inputs.arena();
  const ArenaRegion* dense = arena.find("dense");
  const ArenaRegion& input = dense != nullptr ? *dense : *arena.find("tokens");
  auto* behind = static_cast<std::byte*>(arena.data(input)) +
                 input.extent() * static_cast<std::int64_t>(at::elementSize(input.dtype));
  const at::Tensor row = at::from_blob(behind, {a.embed_dim()}, a.output.options());
  a.output = a.output.add(row.mul(0).sum());
}

/// Hides the last tile of the sequences that are longer than `tile` and leave `rest` keys in it.
Edit skip_last_tile(std::int64_t tile, std::int64_t rest) {
  return [tile, rest](Attention& a) {
    const at::Tensor& lengths = a.inputs.lengths();
    const at::Tensor skipped = lengths.gt(tile).logical_and(lengths.remainder(tile).eq(rest));
    hide_keys_from(a, lengths.sub(skipped.to(at::kLong).mul(rest)));
  };
}

void partial_tile_skipped(Attention& a) {
  constexpr std::int64_t tile = 64;
  const at::Tensor& lengths = a.inputs.lengths();
  hide_keys_from(a, at::where(lengths.gt(tile), lengths.sub(lengths.remainder(tile)), lengths));
}

void stale_tail_tile(Attention& a) {
  constexpr std::int64_t tile = 32;
  const at::Tensor lengths = a.inputs.lengths().unsqueeze(1), columns = a.column_numbers().unsqueeze(0);
  const at::Tensor alone =
      columns.eq(lengths.sub(1)).logical_and(lengths.gt(tile)).logical_and(lengths.remainder(tile).eq(1));
  const at::Tensor source = at::where(alone, columns.sub(tile), columns.expand_as(alone))
                                .view({a.batch(), 1, a.columns(), 1})
                                .expand_as(a.key);
  a.key = a.key.gather(2, source);
  a.value = a.value.gather(2, source);
}

void vector_tail_dropped(Attention& a) {
  constexpr std::int64_t vector = 8;
  const std::int64_t tail = a.head_dim() % vector;
  if (tail == 0) return;
  const at::Tensor whole = a.query.narrow(3, 0, a.head_dim() - tail);
  a.query = at::cat({whole, a.query.narrow(3, a.head_dim() - tail, tail).mul(0)}, 3);
}

void tail_read_at_aligned_address(Attention& a) {
  constexpr std::int64_t vector = 8, half = 4;
  if (a.head_dim() <= vector || a.head_dim() % vector != half) return;
  const std::int64_t tail = a.head_dim() - half;
  a.key = at::cat({a.key.narrow(3, 0, tail), a.key.narrow(3, tail - half, half)}, 3);
}

void tail_rows_not_written(Attention& a) {
  constexpr std::int64_t tile = 16;
  const at::Tensor lengths = a.inputs.lengths().unsqueeze(1), columns = a.column_numbers().unsqueeze(0);
  const at::Tensor tail = lengths.gt(tile).logical_and(columns.ge(lengths.sub(lengths.remainder(tile))));
  a.heads = a.heads.masked_fill(tail.view({a.batch(), 1, a.columns(), 1}), 0);
}

}  // namespace

std::vector<Fault> memory_and_layout_faults() {
  return {
      {.name = "single_key_tile_skipped",
       .sentence = "A last tile of 32 that holds a single key is skipped.",
       .reference = "PyTorch issue 191937",
       .base = Base::sdpa,
       .hooks = {.input = skip_last_tile(32, 1)},
       .exposes = "heads=1 head_dim=8 lengths=33",
       .spares = "heads=1 head_dim=8 lengths=34"},
      {.name = "partial_tile_skipped",
       .sentence = "Beyond 64 keys, a last tile of 64 that is not full is skipped.",
       .base = Base::sdpa,
       .hooks = {.input = partial_tile_skipped},
       .exposes = "heads=1 head_dim=8 lengths=80",
       .spares = "heads=1 head_dim=8 lengths=64"},
      {.name = "half_tile_skipped",
       .sentence = "Beyond 128 keys, a last tile of 128 that is half full is skipped.",
       .reference = "PyTorch issue 139298",
       .base = Base::sdpa,
       .hooks = {.input = skip_last_tile(128, 64)},
       .exposes = "heads=1 head_dim=8 lengths=192",
       .spares = "heads=1 head_dim=8 lengths=64"},
      {.name = "stale_tail_tile",
       .sentence = "A last tile of 32 that holds a single key still has the first key of the tile before.",
       .reference = "PyTorch issue 191937",
       .base = Base::sdpa,
       .hooks = {.projected = stale_tail_tile},
       .exposes = "heads=1 head_dim=8 lengths=33",
       .spares = "heads=1 head_dim=8 lengths=34"},
      {.name = "tail_rows_not_written",
       .sentence =
           "Beyond 16 tokens, the rows of a last tile of 16 that is not full are never written: zeros stay there.",
       .reference = "PyTorch issue 166211",
       .base = Base::sdpa,
       .hooks = {.heads = tail_rows_not_written},
       .exposes = "heads=1 head_dim=8 lengths=17",
       .spares = "heads=1 head_dim=8 lengths=16"},
      {.name = "vector_tail_dropped",
       .sentence =
           "Of a head_dim that is no multiple of 8, the channels behind the last multiple do not reach the logits.",
       .reference = "PyTorch issue 110505",
       .base = Base::sdpa,
       .hooks = {.projected = vector_tail_dropped},
       .exposes = "heads=1 head_dim=6 lengths=4",
       .spares = "heads=1 head_dim=8 lengths=4"},
      {.name = "tail_read_at_aligned_address",
       .sentence = "Where head_dim is a multiple of 4 and not of 8, the key's last 4 channels are read 4 too early.",
       .reference = "PyTorch pull request 90413",
       .base = Base::sdpa,
       .hooks = {.projected = tail_read_at_aligned_address},
       .exposes = "heads=1 head_dim=100 lengths=4",
       .spares = "heads=1 head_dim=8 lengths=4"},
      {.name = "strides_ignored",
       .sentence = "The input is read as if it were packed, whatever its strides.",
       .reference = "PyTorch issue 112577",
       .base = Base::sdpa,
       .hooks = {.input = strides_ignored},
       .exposes = "heads=1 head_dim=8 lengths=4,4 layout=transposed",
       .spares = "heads=1 head_dim=8 lengths=4,4"},
      {.name = "expanded_batch_read_as_packed",
       .sentence = "A batch with stride 0 is read as if each sequence had memory of its own.",
       .reference = "PyTorch issue 191937",
       .base = Base::sdpa,
       .hooks = {.input = expanded_batch_read_as_packed},
       .exposes = "heads=1 head_dim=8 lengths=4,4 layout=expanded",
       .spares = "heads=1 head_dim=8 lengths=4,4"},
      {.name = "storage_offset_ignored",
       .sentence = "The input is read from the start of its storage, whatever its storage offset.",
       .reference = "PyTorch issue 112577",
       .base = Base::sdpa,
       .hooks = {.input = storage_offset_ignored},
       .exposes = "heads=1 head_dim=8 lengths=4 storage_offset=1",
       .spares = "heads=1 head_dim=8 lengths=4"},
      {.name = "parameter_offset_ignored",
       .sentence = "The parameters are read from the start of their storage, whatever their storage offset.",
       .base = Base::sdpa,
       .hooks = {.input = parameter_offset_ignored},
       .exposes = "heads=1 head_dim=8 lengths=4 parameter_offset=1",
       .spares = "heads=1 head_dim=8 lengths=4"},
      {.name = "nested_gaps_ignored",
       .sentence = "The sequences of a nested tensor are read as if there were no gaps between them.",
       .reference = "PyTorch issue 84082",
       .base = Base::native_nested,
       .hooks = {.input = nested_gaps_ignored},
       .exposes = "heads=2 head_dim=8 lengths=4,3 nested=gaps",
       .spares = "heads=2 head_dim=8 lengths=4,3"},
      {.name = "read_past_the_end",
       .sentence =
           "Unless the padded length is a multiple of 8, the row behind the last one is loaded and multiplied by 0: "
           "NaN in somebody else's memory spreads.",
       .reference = "PyTorch issue 169849",
       .base = Base::sdpa,
       .hooks = {.output = read_past_the_end},
       .exposes = "heads=1 head_dim=8 lengths=5",
       .spares = "heads=1 head_dim=8 lengths=8"},
  };
}

}  // namespace attngate::faults
