#pragma once

#include "attngate/faults/editable_attention.h"

/// What several faults do to an attention.
namespace attngate::faults {

/// Hides the keys of each sequence from `first_hidden` on, int64 [B], beside those that are hidden already.
void hide_keys_from(Attention& attention, const at::Tensor& first_hidden);

/// Shows the padded or hidden keys where `shown`, bool [B, T] or [1, T], is true.
void show_keys(Attention& attention, const at::Tensor& shown);

/// Puts another sequence's rows of the dense output in the place of each one's: source_of_sequence[b] for b.
void take_sequences(Attention& attention, const std::vector<std::int64_t>& source_of_sequence);

/// The dense output as token rows [total_tokens, E], a copy.
at::Tensor copy_of_rows(const Attention& attention);

}  // namespace attngate::faults
