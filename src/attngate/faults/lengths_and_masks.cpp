// Which keys a query sees: lengths off by one, masks that leak, hide too much or belong to somebody else.
#include <ATen/ops/arange.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/where.h>

#include <limits>

#include "attngate/faults/edits.h"
#include "attngate/faults/fault.h"

namespace attngate::faults {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// True at the first padded key of each sequence: bool [B, T].
at::Tensor first_padded_key(const Attention& a) {
  return a.column_numbers().unsqueeze(0).eq(a.inputs.lengths().unsqueeze(1));
}

void length_short_by_one(Attention& a) {
  const at::Tensor& lengths = a.inputs.lengths();
  hide_keys_from(a, lengths.sub(lengths.gt(1).to(at::kLong)));  // one key is left to every sequence
}

void length_long_by_one(Attention& a) { show_keys(a, first_padded_key(a)); }

void last_column_dropped(Attention& a) {
  if (a.columns() > 1) hide_keys_from(a, at::full_like(a.inputs.lengths(), a.columns() - 1));
}

void first_key_dropped(Attention& a) {
  const at::Tensor first = a.column_numbers().eq(0).unsqueeze(0).logical_and(a.inputs.lengths().gt(1).unsqueeze(1));
  a.key_padding = a.key_padding.defined() ? a.key_padding.logical_or(first) : first;
}

/// Shows one padded key, after giving it this content.
Edit leak_one_key(double content) {
  return [content](Attention& a) {
    if (!a.key_padding.defined()) return;
    a.input = at::where(first_padded_key(a).unsqueeze(2), at::full_like(a.input, content), a.input);
    show_keys(a, first_padded_key(a));
  };
}

/// Shows every padded key, after giving it this content.
Edit leak_all_keys(double content) {
  return [content](Attention& a) {
    if (!a.key_padding.defined()) return;
    const at::Tensor padded = at::ge(a.column_numbers().unsqueeze(0), a.inputs.lengths().unsqueeze(1));
    a.input = at::where(padded.unsqueeze(2), at::full_like(a.input, content), a.input);
    show_keys(a, padded);
  };
}

void padding_mask_ignored(Attention& a) { a.key_padding = at::Tensor(); }

void trailing_column_unmasked(Attention& a) {
  if (a.attention_case().extra_padding > 0) show_keys(a, a.column_numbers().eq(a.columns() - 1).unsqueeze(0));
}

void holes_ignored(Attention& a) {
  if (!a.key_padding.defined()) return;
  const at::Tensor visible = a.key_padding.logical_not().sum(1);
  a.key_padding = at::ge(a.column_numbers().unsqueeze(0), visible.unsqueeze(1));
}

void mask_polarity_flipped(Attention& a) {
  if (a.key_padding.defined()) a.key_padding = a.key_padding.logical_not();
  if (a.attention_mask.defined()) a.attention_mask = a.attention_mask.logical_not();
}

void mask_row_shared(Attention& a) {
  if (a.key_padding.defined()) a.key_padding = a.key_padding.narrow(0, 0, 1).expand_as(a.key_padding);
}

void mask_row_shared_by_two_heads(Attention& a) {
  if (!a.key_padding.defined()) return;
  // Row b * H + h of the scores; two neighbours take the mask of the first one's sequence.
  const at::Tensor rows = at::arange(a.batch() * a.num_heads(), a.inputs.lengths().options());
  const at::Tensor sequences = rows.sub(rows.remainder(2)).floor_divide(a.num_heads());
  a.attention_mask = a.key_padding.index_select(0, sequences)
                         .view({a.batch(), a.num_heads(), 1, a.columns()})
                         .expand({a.batch(), a.num_heads(), a.columns(), a.columns()});
  a.key_padding = at::Tensor();
}

bool has_mask_per_head(const Attention& a) { return a.attention_mask.defined() && a.attention_mask.dim() == 4; }

void head_mask_of_head_zero(Attention& a) {
  if (has_mask_per_head(a)) a.attention_mask = a.attention_mask.narrow(1, 0, 1).expand_as(a.attention_mask);
}

void square_mask_transposed(Attention& a) {
  if (a.attention_mask.defined()) a.attention_mask = a.attention_mask.transpose(-2, -1);
}

/// True where key is later than query + `ahead`: bool [T, T].
at::Tensor later_keys(const Attention& a, std::int64_t ahead) {
  return a.column_numbers().unsqueeze(0).gt(a.column_numbers().add(ahead).unsqueeze(1));
}

void causal_left_on(Attention& a) {
  const at::Tensor later = later_keys(a, 0);
  a.attention_mask = a.attention_mask.defined() ? a.attention_mask.logical_or(later) : later;
}

void causal_sees_one_ahead(Attention& a) {
  if (a.attention_case().mask == MaskKind::causal) a.attention_mask = later_keys(a, 1);
}

void causal_ignored(Attention& a) {
  if (a.attention_case().mask != MaskKind::causal) return;
  a.attention_mask = at::Tensor();
  hide_keys_from(a, a.inputs.lengths());
}

void mask_added_as_one(Attention& a) {
  if (const at::Tensor hidden = a.hidden(); hidden.defined()) a.logits = a.logits.add(hidden);
  a.key_padding = at::Tensor();
  a.attention_mask = at::Tensor();
}

void float_mask_cast_to_bool(Attention& a) {
  const at::Tensor distant = a.column_numbers().unsqueeze(0).ne(a.column_numbers().unsqueeze(1));
  a.logits = a.logits.masked_fill(distant, -infinity);
}

void next_sequences_key_leaked(Attention& a) {
  if (!a.key_padding.defined()) return;
  const at::Tensor next = a.inputs.tokens().index_select(
      0, a.inputs.first_row_of_sequence().narrow(0, 1, a.batch()).clamp_max(a.inputs.tokens().size(0) - 1));
  a.input = at::where(first_padded_key(a).unsqueeze(2), next.unsqueeze(1), a.input);
  show_keys(a, first_padded_key(a));
}

/// Keys of a tile of 32 take the mask of the tile before.
void mask_tile_offset(Attention& a) {
  constexpr std::int64_t tile = 32;
  if (!a.key_padding.defined() || a.columns() <= tile) return;
  const at::Tensor columns = a.column_numbers();
  a.key_padding = a.key_padding.index_select(1, at::where(columns.ge(tile), columns.sub(tile), columns));
}

}  // namespace

std::vector<Fault> length_and_mask_faults() {
  return {
      {.name = "length_short_by_one",
       .sentence = "The length of every sequence is taken one too short: its last key is not seen.",
       .base = Base::sdpa,
       .hooks = {.input = length_short_by_one},
       .exposes = "heads=1 head_dim=8 lengths=4",
       .spares = "heads=2 head_dim=8 lengths=1,1 mask=none"},
      {.name = "length_long_by_one",
       .sentence = "The length of every sequence is taken one too long: its first padded key is seen.",
       .hooks = {.input = length_long_by_one},
       .exposes = "heads=1 head_dim=8 lengths=4 extra_padding=1 padding_content=128",
       .spares = "heads=2 head_dim=8 lengths=4"},
      {.name = "last_column_dropped",
       .sentence = "The loop over the padded columns ends one too early: the longest sequence loses its last key.",
       .base = Base::sdpa,
       .hooks = {.input = last_column_dropped},
       .exposes = "heads=1 head_dim=8 lengths=2,4",
       .spares = "heads=1 head_dim=8 lengths=2,4 extra_padding=1"},
      {.name = "first_key_dropped",
       .sentence = "The loop over the keys starts at one: the first key of every sequence is not seen.",
       .hooks = {.input = first_key_dropped},
       .exposes = "heads=1 head_dim=8 lengths=4",
       .spares = "heads=2 head_dim=8 lengths=1,1"},
      {.name = "padded_key_of_zeros_leaked",
       .sentence = "One padded key of every sequence is seen, and holds zeros: it takes some probability away.",
       .hooks = {.input = leak_one_key(0)},
       .exposes = "heads=1 head_dim=8 lengths=4,2",
       .spares = "heads=1 head_dim=8 lengths=4,4"},
      {.name = "padded_key_of_ones_leaked",
       .sentence = "One padded key of every sequence is seen, and holds numbers of a token's size.",
       .hooks = {.input = leak_one_key(1)},
       .exposes = "heads=1 head_dim=8 lengths=4,2",
       .spares = "heads=1 head_dim=8 lengths=4,4"},
      {.name = "padded_keys_of_zeros_leaked",
       .sentence = "Every padded key is seen, and holds zeros.",
       .base = Base::native_masked,
       .hooks = {.input = leak_all_keys(0)},
       .exposes = "heads=2 head_dim=8 lengths=4,2",
       .spares = "heads=2 head_dim=8 lengths=4,4"},
      {.name = "padding_mask_ignored",
       .sentence = "The key padding mask is not applied: every padded key is seen, whatever it holds.",
       .base = Base::sdpa,
       .hooks = {.input = padding_mask_ignored},
       .exposes = "heads=1 head_dim=8 lengths=4,2 padding_content=128",
       .spares = "heads=1 head_dim=8 lengths=4,4"},
      {.name = "trailing_column_unmasked",
       .sentence = "The mask ends one column before the padded length: the last column of extra padding is seen.",
       .reference = "PyTorch issue 97111",
       .hooks = {.input = trailing_column_unmasked},
       .exposes = "heads=1 head_dim=8 lengths=4 extra_padding=2 padding_content=128",
       .spares = "heads=1 head_dim=8 lengths=4,2 padding_content=128"},
      {.name = "holes_ignored",
       .sentence = "The number of visible keys is taken for the length: a mask with holes hides the wrong keys.",
       .reference = "PyTorch issue 86120",
       .hooks = {.input = holes_ignored},
       .exposes = "heads=1 head_dim=8 lengths=16 mask=holes",
       .spares = "heads=1 head_dim=8 lengths=4,2"},
      {.name = "mask_polarity_flipped",
       .sentence = "True is taken for 'attend' where it means 'hide'.",
       .base = Base::sdpa,
       .hooks = {.input = mask_polarity_flipped},
       .exposes = "heads=1 head_dim=8 lengths=4,2 padding_content=128",
       .spares = "heads=1 head_dim=8 lengths=4 mask=none"},
      {.name = "mask_row_shared_by_sequences",
       .sentence = "Every sequence gets the padding mask of the first one.",
       .base = Base::native_masked,
       .hooks = {.input = mask_row_shared},
       .exposes = "heads=2 head_dim=8 lengths=4,2",
       .spares = "heads=2 head_dim=8 lengths=4,4"},
      {.name = "mask_row_shared_by_two_heads",
       .sentence =
           "Two rows of the scores share one mask row: with an odd number of heads, a head gets the mask of the "
           "sequence before.",
       .reference = "PyTorch issue 83355",
       .hooks = {.input = mask_row_shared_by_two_heads},
       .exposes = "heads=1 head_dim=8 lengths=4,2",
       .spares = "heads=2 head_dim=8 lengths=4,2"},
      {.name = "head_mask_of_head_zero",
       .sentence = "A mask for each head is broadcast from head 0.",
       .hooks = {.input = head_mask_of_head_zero},
       .exposes = "heads=2 head_dim=8 lengths=8 mask=4d",
       .spares = "heads=2 head_dim=8 lengths=8 mask=2d"},
      {.name = "square_mask_transposed",
       .sentence = "A mask over queries and keys is read with the two exchanged.",
       .base = Base::sdpa,
       .hooks = {.input = square_mask_transposed},
       .exposes = "heads=1 head_dim=8 lengths=8 mask=2d",
       .spares = "heads=1 head_dim=8 lengths=4,2"},
      {.name = "causal_left_on",
       .sentence = "The causal mask of the run before is left on: no query sees a later key.",
       .base = Base::sdpa,
       .hooks = {.input = causal_left_on},
       .exposes = "heads=1 head_dim=8 lengths=4",
       .spares = "heads=1 head_dim=8 lengths=4 mask=causal"},
      {.name = "causal_sees_one_ahead",
       .sentence = "The causal mask's diagonal is off by one: a query sees the key behind its own.",
       .hooks = {.input = causal_sees_one_ahead},
       .exposes = "heads=1 head_dim=8 lengths=4 mask=causal",
       .spares = "heads=1 head_dim=8 lengths=4,2"},
      {.name = "causal_ignored",
       .sentence = "The causal mask is dropped: queries see later keys.",
       .base = Base::sdpa,
       .hooks = {.input = causal_ignored},
       .exposes = "heads=1 head_dim=8 lengths=4 mask=causal",
       .spares = "heads=1 head_dim=8 lengths=4,2"},
      {.name = "mask_added_as_one",
       .sentence = "A boolean mask is added to the logits as 0 and 1, and hides nothing.",
       .reference = "PyTorch issue 80494",
       .hooks = {.logits = mask_added_as_one},
       .exposes = "heads=1 head_dim=8 lengths=4,2",
       .spares = "heads=1 head_dim=8 lengths=4,4 mask=none"},
      {.name = "float_mask_cast_to_bool",
       .sentence =
           "A float mask with a bias by distance is cast to bool, so that every non-zero entry hides: a query sees "
           "its own key alone.",
       .reference = "PyTorch issue 107084",
       .hooks = {.logits = float_mask_cast_to_bool},
       .exposes = "heads=1 head_dim=8 lengths=4",
       .spares = "heads=1 head_dim=8 lengths=1,1"},
      {.name = "next_sequences_key_leaked",
       .sentence = "In packed rows one key too many is read: the first of the next sequence.",
       .hooks = {.input = next_sequences_key_leaked},
       .exposes = "heads=1 head_dim=8 lengths=2,4",
       .spares = "heads=1 head_dim=8 lengths=4,4"},
      {.name = "mask_tile_offset",
       .sentence = "A tile of 32 keys takes the mask of the tile before.",
       .reference = "PyTorch issue 108503",
       .hooks = {.input = mask_tile_offset},
       .exposes = "heads=1 head_dim=8 lengths=8,33 padding_content=128",
       .spares = "heads=1 head_dim=8 lengths=8,32"},
  };
}

}  // namespace attngate::faults
