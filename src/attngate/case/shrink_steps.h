#pragma once

#include <cstdint>
#include <vector>

#include "attngate/case/attention_case.h"

namespace attngate {

/// Steps that belong together, in the order in which a failing case tries them.
enum class ShrinkStage { jump, reset, batch, lengths, shape, switches, single, seed };

/// One way to make a case simpler, small enough to list thousands; apply() makes the case.
struct ShrinkStep {
  enum Kind {
    simplest_of_lengths,
    short_lengths,
    longest_only,  // jump
    plain_one_channel,
    plain,
    keep_switch,
    one_channel,  // reset
    drop,
    drop_empty,
    fill_empty,
    halve_lengths,
    cap_lengths,
    set_length,
    heads,
    head_dim,
    reset_switch,
    extra_padding,
    storage_offset,
    parameter_offset,
    seed
  };
  ShrinkStage stage;
  Kind kind;
  /// simplest_of_lengths, short_lengths: index in jump_lengths; keep_switch, reset_switch: index in switches;
  /// drop: first sequence; set_length: the sequence; elsewhere the new value.
  std::int64_t first = 0;
  /// drop: how many sequences; set_length: the new length.
  std::int64_t second = 0;
};

using ShrinkSteps = std::vector<ShrinkStep>;

/// Everything that may make the case simpler, stage by stage: the start's stage first, those before it last.
///
/// A step may as well do nothing, repeat another, or give a case that is not valid.
ShrinkSteps shrink_steps(const AttentionCase& attention_case, ShrinkStage start);

/// The case after the step.
AttentionCase apply(const ShrinkStep& step, AttentionCase attention_case);

}  // namespace attngate
