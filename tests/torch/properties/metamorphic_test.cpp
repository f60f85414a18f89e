// The metamorphic properties: each one catches a path with the mistake that it exists for, and lets right ones pass.
#include <ATen/ops/arange.h>
#include <ATen/ops/empty_like.h>
#include <gtest/gtest.h>

#include <memory>

#include "attngate/properties/property_list.h"
#include "dense_attention.h"
#include "every_dtype.h"
#include "tensors.h"

namespace attngate {
namespace {

Verdict verdict_on(const std::string& property, const PathRegistry& registry, const AttentionCase& attention_case) {
  PropertyContext context;
  context.device = device_under_test();
  context.registry = &registry;
  return find_property(property)->bind(context)(attention_case);
}

/// The case that the property makes of a line.
AttentionCase adapted(const std::string& property, const std::string& line) {
  return find_property(property)->adapt(parse_line(line));
}

Verdict verdict_on_path(const std::string& property, const std::string& line, AttentionPath path) {
  PathRegistry registry;
  registry.add(std::move(path));
  return verdict_on(property, registry, adapted(property, line));
}

std::string line_of(const std::string& dtype, const std::string& more = "") {
  return "dtype=" + dtype + " heads=2 head_dim=16 seed=0x51 " +
         (more.find("lengths=") == std::string::npos ? "lengths=5,9,2,12 " : "") + more;
}

/// A right path holds, one with the mistake does not, and the reason names it, in every dtype.
void expect_caught(const std::string& property, const Mistake& mistake, const std::string& detail,
                   const std::string& more = "extra_padding=2 padding_content=128") {
  for (const std::string dtype : every_dtype) {
    SCOPED_TRACE(property + " " + dtype);
    const Verdict right = verdict_on_path(property, line_of(dtype, more), dense_path("right"));
    EXPECT_TRUE(right.applicable) << right.reason;
    EXPECT_TRUE(right.holds) << right.reason;
    EXPECT_LE(right.worst_margin, 1);
    const Verdict wrong = verdict_on_path(property, line_of(dtype, more), dense_path("faulty", mistake));
    EXPECT_TRUE(wrong.applicable) << wrong.reason;
    EXPECT_FALSE(wrong.holds);
    EXPECT_EQ(wrong.reason.find("faulty: wrong result: "), 0u) << wrong.reason;
    EXPECT_NE(wrong.reason.find(detail), std::string::npos) << wrong.reason;
  }
}

/// Adds to the output where `where` says, by place in the batch.
Mistake::Change add_to_sequences(double amount_per_sequence) {
  return [amount_per_sequence](at::Tensor& output, const CaseInputs&) {
    const at::Tensor place = at::arange(output.size(0), output.options()).view({-1, 1, 1});
    output.add_(place.mul(amount_per_sequence));
  };
}

TEST(Rerun, catches_one_wrong_element_in_one_of_many_runs) {
  for (const std::string dtype : every_dtype) {
    const auto calls = std::make_shared<int>(0);
    Mistake mistake;
    mistake.output = [calls](at::Tensor& output, const CaseInputs&) {
      if (++*calls == 17) output.view(-1)[3].fill_(100);
    };
    const Verdict verdict = verdict_on_path("rerun", line_of(dtype), dense_path("faulty", mistake));
    EXPECT_FALSE(verdict.holds);
    EXPECT_NE(verdict.reason.find("of 20 on the same inputs"), std::string::npos) << verdict.reason;
  }
}

TEST(Rerun, catches_rows_left_over_from_the_previous_call) {
  const auto stale = std::make_shared<at::Tensor>();
  Mistake mistake;
  mistake.output = [stale](at::Tensor& output, const CaseInputs&) {
    const at::Tensor right = output.clone();
    if (stale->defined() && stale->sizes() == output.sizes()) output[1][2].copy_((*stale)[1][2]);
    *stale = right;
  };
  const Verdict verdict = verdict_on_path("rerun", line_of("bf16"), dense_path("faulty", mistake));
  EXPECT_FALSE(verdict.holds);
}

TEST(Rerun, catches_an_output_that_the_next_call_overwrites) {
  const auto buffer = std::make_shared<at::Tensor>();
  AttentionPath path = dense_path("faulty");
  path.run = [buffer](const CaseInputs& inputs) {
    const at::Tensor rows = token_rows(dense_attention(inputs).output, inputs);
    if (!buffer->defined() || buffer->sizes() != rows.sizes()) *buffer = at::empty_like(rows);
    buffer->copy_(rows);
    return PathOutput{*buffer, {}};
  };
  EXPECT_FALSE(verdict_on_path("rerun", line_of("fp32"), path).holds);
}

TEST(Rerun, catches_memory_that_is_read_before_it_is_written) {
  AttentionPath path = dense_path("faulty");
  path.run = [](const CaseInputs& inputs) {
    const at::Tensor right = dense_attention(inputs).output;
    // A row of a fresh block of this size is left as it was.
    const at::Tensor output = at::empty_like(right);
    output.narrow(0, 1, output.size(0) - 1).copy_(right.narrow(0, 1, right.size(0) - 1));
    output[0].narrow(0, 1, right.size(1) - 1).copy_(right[0].narrow(0, 1, right.size(1) - 1));
    return PathOutput{output, {}};
  };
  const Verdict verdict = verdict_on_path("rerun", line_of("fp32", "lengths=300,40"), path);
  EXPECT_FALSE(verdict.holds);
}

TEST(Rerun, counts_runs_that_give_other_bits_within_the_bound) {
  const auto calls = std::make_shared<int>(0);
  Mistake mistake;
  mistake.output = [calls](at::Tensor& output, const CaseInputs&) {
    if (++*calls % 2 == 0) output.mul_(1 + 1e-7);
  };
  const Verdict verdict = verdict_on_path("rerun", line_of("fp32"), dense_path("unsteady", mistake));
  EXPECT_TRUE(verdict.holds) << verdict.reason;
  EXPECT_EQ(verdict.exact_pairs, 19u);
  EXPECT_LT(verdict.exact_equal, 19u);
}

TEST(StorageLayout, catches_strided_input_read_as_packed) {
  Mistake mistake;
  mistake.input = [](at::Tensor& input, const CaseInputs&) {
    const std::int64_t rows = input.size(1), columns = input.size(2);
    input = input.as_strided(input.sizes(), {rows * columns, columns, 1});
  };
  expect_caught("storage_layout", mistake, "plainest form", "layout=transposed lengths=5,9,2");
}

TEST(StorageLayout, names_the_path_that_writes_to_its_inputs_and_the_tensor) {
  Mistake mistake;
  mistake.input = [](at::Tensor& input, const CaseInputs&) {
    at::Tensor own = input.clone();
    input[1][0][0].mul_(2);
    input = own;
  };
  expect_caught("storage_layout", mistake, "wrote to its inputs or beside them: ", "layout=sliced");
}

TEST(PaddingContent, catches_a_padded_key_that_is_seen) {
  Mistake mistake;
  mistake.hidden = [](at::Tensor& hidden, const CaseInputs& inputs) {
    hidden = hidden.clone();
    hidden[0][0][0].narrow(0, inputs.attention_case().lengths[0], 1).fill_(false);
  };
  expect_caught("padding_content", mistake, "padded positions rewritten", "extra_padding=2 padding_content=0");
}

TEST(PaddingAmount, catches_a_scale_that_goes_by_the_padded_length) {
  Mistake mistake;
  mistake.logits = [](at::Tensor& logits, const CaseInputs& inputs) {
    if (inputs.attention_case().padded_length() > 12) logits.mul_(1.5);
  };
  expect_caught("padding_amount", mistake, "more padded columns", "");
}

TEST(BatchPermutation, catches_rows_that_go_by_their_place) {
  Mistake mistake;
  mistake.output = add_to_sequences(0.25);
  expect_caught("batch_permutation", mistake, "sequences permuted");
}

TEST(BatchPermutation, catches_one_sequence_reading_another) {
  Mistake mistake;
  mistake.attention = [](at::Tensor& attention, const CaseInputs&) { attention[0].add_(attention[1], 0.1); };
  expect_caught("batch_permutation", mistake, "sequences permuted");
}

TEST(BatchSplit, catches_rows_that_go_by_the_batch_size) {
  Mistake mistake;
  mistake.output = [](at::Tensor& output, const CaseInputs&) {
    output.add_(0.25 * static_cast<double>(output.size(0) < 3));
  };
  expect_caught("batch_split", mistake, "batch split into halves");
}

TEST(TokenPermutation, catches_logits_that_go_by_position) {
  Mistake mistake;
  mistake.logits = [](at::Tensor& logits, const CaseInputs&) {
    logits.sub_(at::arange(logits.size(-1), logits.options()).mul(0.2));
  };
  expect_caught("token_permutation", mistake, "tokens permuted");
}

TEST(HeadPermutation, catches_one_head_treated_differently) {
  Mistake mistake;
  mistake.logits = [](at::Tensor& logits, const CaseInputs&) { logits.select(1, 0).mul_(1.5); };
  expect_caught("head_permutation", mistake, "heads permuted");
}

TEST(Causal, catches_a_query_that_sees_the_next_token) {
  Mistake mistake;
  mistake.hidden = [](at::Tensor& hidden, const CaseInputs& inputs) {
    const at::Tensor at_position = at::arange(inputs.attention_case().padded_length(), inputs.lengths().options());
    const at::Tensor later = at_position.unsqueeze(0).gt(at_position.unsqueeze(1).add(1));
    hidden = at_position.unsqueeze(0).ge(inputs.lengths().unsqueeze(1)).unsqueeze(1).unsqueeze(1).logical_or(later);
  };
  expect_caught("causal", mistake, "sequences cut short");
}

TEST(ValueScaling, catches_attention_clamped_to_a_range) {
  Mistake mistake;
  mistake.attention = [](at::Tensor& attention, const CaseInputs&) { attention.clamp_(-3, 3); };
  for (const std::string dtype : every_dtype) {
    // Some of these scale values up, and then the clamp shows.
    int caught = 0;
    for (int seed = 1; seed <= 8; ++seed) {
      const std::string line = "dtype=" + dtype + " heads=2 head_dim=16 lengths=3,1,2 seed=" + std::to_string(seed);
      caught += verdict_on_path("value_scaling", line, dense_path("faulty", mistake)).holds ? 0 : 1;
    }
    EXPECT_GE(caught, 2) << dtype;
  }
}

/// Weights that sum to less than 1, by so little that it takes large values to see it.
Mistake weak_normaliser() {
  Mistake mistake;
  mistake.probabilities = [](at::Tensor& probabilities, const CaseInputs&) { probabilities.mul_(0.9); };
  return mistake;
}

TEST(ValueShift, catches_weights_that_do_not_sum_to_one) {
  expect_caught("value_shift", weak_normaliser(), "values shifted");
}

TEST(ValueShift, catches_logits_cut_off_at_a_constant) {
  Mistake mistake;
  mistake.logits = [](at::Tensor& logits, const CaseInputs&) { logits.clamp_max_(0.5); };
  expect_caught("value_shift", mistake, "shifted");
}

TEST(ConstantValue, catches_weights_that_do_not_sum_to_one) {
  expect_caught("constant_value", weak_normaliser(), "all values the same");
}

TEST(UniformAttention, catches_a_length_off_by_one) {
  Mistake mistake;
  mistake.hidden = [](at::Tensor& hidden, const CaseInputs&) {
    hidden = hidden.clone();
    hidden[0].select(-1, 63).fill_(true);  // the last key of a sequence of 64
  };
  expect_caught("uniform_attention", mistake, "queries set to 0", "lengths=64,9");
}

TEST(ConvexHull, catches_attention_beyond_the_values) {
  Mistake mistake;
  mistake.probabilities = [](at::Tensor& probabilities, const CaseInputs&) { probabilities.mul_(1.1); };
  expect_caught("convex_hull", mistake, "attention lies between the visible values: element rule", "lengths=2,1,3");
}

TEST(ConvexHull, catches_nan) {
  Mistake mistake;
  mistake.attention = [](at::Tensor& attention, const CaseInputs&) {
    attention[1][0][0].fill_(std::numeric_limits<double>::quiet_NaN());
  };
  expect_caught("convex_hull", mistake, "non-finite rule, sequence 1");
}

TEST(SingleToken, catches_a_weight_that_is_not_one) { expect_caught("single_token", weak_normaliser(), "one token"); }

TEST(SingleToken, is_exact_for_a_right_path) {
  for (const std::string dtype : every_dtype) {
    const Verdict verdict = verdict_on_path("single_token", line_of(dtype), dense_path("right"));
    EXPECT_EQ(verdict.exact_pairs, 1u);
    EXPECT_EQ(verdict.exact_equal, 1u);
    EXPECT_EQ(verdict.worst_margin, 0);
  }
}

TEST(ExactLogits, catches_a_scale_wrong_by_half_a_per_cent) {
  for (const double factor : {1.005, 0.995}) {
    Mistake mistake;
    mistake.logits = [factor](at::Tensor& logits, const CaseInputs&) { logits.mul_(factor); };
    expect_caught("exact_logits", mistake, "two tokens with exact logits");
    expect_caught("exact_logits", mistake, "two tokens with exact logits", "lengths=300,2,17");
  }
}

TEST(ExactLogits, catches_one_key_lost_of_many_hundred) {
  for (const std::int64_t key : {0, 699}) {
    Mistake mistake;
    mistake.hidden = [key](at::Tensor& hidden, const CaseInputs&) {
      hidden = hidden.clone();
      hidden.select(-1, key).fill_(true);
    };
    expect_caught("exact_logits", mistake, "two tokens with exact logits", "lengths=700");
  }
}

TEST(ExactLogits, catches_one_leaked_key_without_content) {
  Mistake mistake;
  mistake.hidden = [](at::Tensor& hidden, const CaseInputs&) {
    hidden = hidden.clone();
    hidden.select(-1, 700).fill_(false);
  };
  expect_caught("exact_logits", mistake, "two tokens with exact logits",
                "lengths=700 extra_padding=1 padding_content=0");
}

TEST(ExactLogits, lets_paths_round_what_they_keep_in_their_dtype) {
  for (const std::string dtype : every_dtype) {
    Mistake rounds;
    rounds.probabilities = [](at::Tensor& probabilities, const CaseInputs& inputs) {
      probabilities = probabilities.to(inputs.dense().scalar_type()).to(at::kDouble);
    };
    rounds.attention = rounds.probabilities;
    const Verdict verdict =
        verdict_on_path("exact_logits", line_of(dtype, "lengths=40,7"), dense_path("rounds", rounds));
    EXPECT_TRUE(verdict.holds) << verdict.reason;
    EXPECT_GT(verdict.worst_margin, 0);
  }
}

TEST(Metamorphic, cases_that_a_property_says_nothing_of_are_not_counted) {
  const std::pair<const char*, const char*> lines[] = {
      {"storage_layout", "lengths=3"},
      {"padding_content", "lengths=3 mask=none"},
      {"padding_amount", "lengths=3 mask=none"},
      {"batch_permutation", "lengths=3"},
      {"batch_permutation", "lengths=3,3 layout=expanded"},
      {"batch_split", "lengths=3"},
      {"token_permutation", "lengths=1,1"},
      {"token_permutation", "lengths=3 mask=2d"},
      {"head_permutation", "lengths=3"},
      {"causal", "lengths=3"},
      {"single_token", "lengths=1,2"},
      {"exact_logits", "lengths=3"},
      {"exact_logits", "lengths=1"},
      {"rerun", "lengths=0"},
      {"convex_hull", "lengths=0,0"},
      {"uniform_attention", "lengths=0"},
  };
  PathRegistry registry;
  registry.add(dense_path("right"));
  for (const auto& [property, line] : lines) {
    const AttentionCase attention_case = parse_line(std::string("dtype=fp32 heads=1 head_dim=8 ") + line);
    const Verdict verdict = verdict_on(property, registry, attention_case);
    EXPECT_FALSE(verdict.applicable) << property << " " << line;
    EXPECT_FALSE(verdict.reason.empty());
  }
}

TEST(Metamorphic, paths_that_fail_on_a_variant_are_named_with_their_error) {
  AttentionPath path = dense_path("faulty");
  path.run = [](const CaseInputs& inputs) {
    if (inputs.attention_case().padded_length() > 12) throw std::runtime_error("too wide");
    return dense_attention(inputs);
  };
  const Verdict verdict = verdict_on_path("padding_amount", line_of("fp32"), path);
  EXPECT_FALSE(verdict.holds);
  EXPECT_EQ(verdict.paths.at(0).status, PathStatus::unexpected_error);
  EXPECT_NE(verdict.reason.find("more padded columns"), std::string::npos) << verdict.reason;
  EXPECT_NE(verdict.reason.find("too wide"), std::string::npos) << verdict.reason;
}

TEST(Metamorphic, paths_that_promise_not_to_run_any_variant_take_no_part) {
  AttentionPath path = dense_path("narrow");
  path.promise = [](const AttentionCase& attention_case, at::DeviceType) {
    return attention_case.padded_length() > 12 ? Promise::inexpressible("too wide") : Promise::runs();
  };
  PathRegistry registry;
  registry.add(path);
  const AttentionCase attention_case = parse_line(line_of("fp32"));
  EXPECT_FALSE(verdict_on("padding_amount", registry, attention_case).applicable);
  registry.add(dense_path("right"));
  const Verdict verdict = verdict_on("padding_amount", registry, attention_case);
  EXPECT_TRUE(verdict.holds) << verdict.reason;
  ASSERT_EQ(verdict.paths.size(), 1u);
  EXPECT_EQ(verdict.paths[0].path, "right");
}

}  // namespace
}  // namespace attngate
