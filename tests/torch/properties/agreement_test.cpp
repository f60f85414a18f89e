// The properties agreement, weights and status, with paths that are right and paths that are wrong on purpose.
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <limits>

#include "attngate/properties/property.h"
#include "every_dtype.h"
#include "naive_attention.h"
#include "tensors.h"

namespace attngate {
namespace {

using Change = std::function<void(PathOutput&)>;

/// Attention in plain loops as a path, rounded to the case's dtype; dense output, so that `change` can reach
/// everything.
AttentionPath naive_path(const std::string& name, const Fault& fault = {}, const Change& change = {}) {
  AttentionPath path;
  path.name = path.family = name;
  path.backend = SdpBackend::any;
  path.gives_weights = true;
  path.promise = [](const AttentionCase&, at::DeviceType) { return Promise::runs(); };
  path.run = [fault, change](const CaseInputs& inputs) {
    const AttentionCase& c = inputs.attention_case();
    const at::ScalarType dtype = scalar_type(c.dtype);
    const NaiveAttention result = naive_attention(inputs, fault);
    const auto dense = [&](const std::vector<double>& rows, std::int64_t columns) {
      return at::zeros({c.batch_size() * c.padded_length(), columns}, inputs.tokens().options())
          .index_copy_(0, inputs.dense_row_of_token(), tensor_of(rows, columns, dtype, inputs.device()))
          .view({c.batch_size(), c.padded_length(), columns});
    };
    PathOutput output{dense(result.output, c.embed_dim()), {}};
    if (c.need_weights) output.weights = dense(result.weights, c.padded_length());
    if (change) change(output);
    return output;
  };
  return path;
}

Verdict verdict_of_property(const std::string& property, const PathRegistry& registry, const std::string& line,
                            const std::vector<std::string>& only = {}) {
  return find_property(property)->bind({device_under_test(), &registry, only, {}, {}})(parse_line(line));
}

/// The verdict on a healthy path and one with a fault.
Verdict verdict_with(const std::string& property, const std::string& line, AttentionPath faulty) {
  PathRegistry registry;
  registry.add(naive_path("healthy"));
  registry.add(std::move(faulty));
  return verdict_of_property(property, registry, line);
}

std::string padded_line(const std::string& dtype, const std::string& more = "") {
  return "dtype=" + dtype + " heads=3 head_dim=8 lengths=5,9,2 extra_padding=1 padding_content=1024 seed=0x51 " + more;
}

/// Only `faulty` fails, and the verdict says so.
void expect_only_faulty_fails(const Verdict& verdict, const std::string& detail = "") {
  EXPECT_FALSE(verdict.holds);
  EXPECT_TRUE(verdict.applicable);
  EXPECT_EQ(verdict.reason.find("faulty: wrong result: "), 0u) << verdict.reason;
  EXPECT_NE(verdict.reason.find(detail), std::string::npos) << verdict.reason;
  ASSERT_EQ(verdict.paths.size(), 2u);
  EXPECT_EQ(verdict.paths[0].path, "healthy");
  EXPECT_EQ(verdict.paths[0].status, PathStatus::ok) << verdict.paths[0].detail;
  EXPECT_EQ(verdict.paths[1].status, PathStatus::wrong_result);
}

void expect_agreement_catches(const std::string& dtype, const Fault& fault, const Change& change,
                              const std::string& detail) {
  SCOPED_TRACE(dtype);
  const Verdict verdict = verdict_with("agreement", padded_line(dtype), naive_path("faulty", fault, change));
  expect_only_faulty_fails(verdict, detail);
  EXPECT_EQ(verdict.worst_path, "faulty");
  EXPECT_GT(verdict.worst_margin, 1);
  EXPECT_EQ(verdict.paths[1].margin, verdict.worst_margin);
}

TEST(Agreement, holds_for_healthy_paths) {
  for (const std::string dtype : every_dtype) {
    const Verdict verdict = verdict_with("agreement", padded_line(dtype), naive_path("as_healthy"));
    EXPECT_TRUE(verdict.holds) << verdict.reason;
    EXPECT_TRUE(verdict.applicable);
    EXPECT_EQ(verdict.reason, "");
    ASSERT_EQ(verdict.paths.size(), 2u);
    EXPECT_GT(verdict.worst_margin, 0);
    EXPECT_LE(verdict.worst_margin, 1);
    EXPECT_GT(verdict.paths[0].time_us, 0);
    EXPECT_GT(verdict.phases.reference_us, 0);
  }
}

/// The verdict of known_issues on one path that promises to be defective.
Verdict verdict_on_defective(AttentionPath path) {
  path.promise = [](const AttentionCase&, at::DeviceType) { return Promise::defective("some-finding", "none"); };
  PathRegistry registry;
  registry.add(std::move(path));
  return verdict_of_property("known_issues", registry, padded_line("fp32"));
}

TEST(KnownIssues, hold_while_the_recorded_defect_shows) {
  AttentionPath wrong = naive_path("wrong", {.drop_last_key = true});
  const Verdict verdict = verdict_on_defective(wrong);
  EXPECT_TRUE(verdict.holds) << verdict.reason;
  EXPECT_EQ(verdict.paths.at(0).status, PathStatus::defect_as_recorded);
  EXPECT_EQ(verdict.worst_margin, 0);
}

TEST(KnownIssues, report_a_path_that_has_been_mended) {
  const Verdict verdict = verdict_on_defective(naive_path("mended"));
  EXPECT_FALSE(verdict.holds);
  EXPECT_EQ(verdict.paths.at(0).status, PathStatus::unexpected_success);
  EXPECT_NE(verdict.reason.find("some-finding"), std::string::npos) << verdict.reason;
}

TEST(KnownIssues, fail_when_the_defect_turns_into_an_error) {
  AttentionPath throwing = naive_path("throwing");
  throwing.run = [](const CaseInputs&) -> PathOutput { throw std::runtime_error("something else"); };
  const Verdict verdict = verdict_on_defective(throwing);
  EXPECT_FALSE(verdict.holds);
  EXPECT_EQ(verdict.paths.at(0).status, PathStatus::unexpected_error);
}

TEST(Agreement, leaves_defective_paths_out) {
  AttentionPath wrong = naive_path("wrong", {.drop_last_key = true});
  wrong.promise = [](const AttentionCase&, at::DeviceType) { return Promise::defective("some-finding", "none"); };
  EXPECT_TRUE(verdict_with("agreement", padded_line("fp32"), wrong).holds);
}

TEST(Agreement, catches_a_dropped_last_key_in_every_dtype) {
  for (const std::string dtype : every_dtype) {
    expect_agreement_catches(dtype, {.drop_last_key = true}, {}, "(sequence ");
  }
}

TEST(Agreement, catches_a_scale_that_is_off_by_5_percent) {
  expect_agreement_catches("fp32", {.scale_factor = 1.05}, {}, "(sequence ");
}

TEST(Agreement, catches_heads_in_the_wrong_order) {
  for (const std::string dtype : every_dtype) {
    expect_agreement_catches(dtype, {.reverse_heads = true}, {}, "(sequence ");
  }
}

TEST(Agreement, catches_a_row_of_zeros) {
  for (const std::string dtype : every_dtype) {
    expect_agreement_catches(
        dtype, {}, [](PathOutput& output) { output.output[1][6].zero_(); },
        "(sequence 1, token 6, channel 0): got 0, expected ");
  }
}

TEST(Agreement, catches_one_element_that_is_not_a_number) {
  for (const std::string dtype : every_dtype) {
    expect_agreement_catches(
        dtype, {}, [](PathOutput& output) { output.output[1][4][17].fill_(std::numeric_limits<double>::quiet_NaN()); },
        "(sequence 1, token 4, channel 17): got nan, expected ");
  }
}

TEST(Agreement, does_not_look_at_padded_rows) {
  const Verdict verdict =
      verdict_with("agreement", padded_line("fp32"), naive_path("junk_in_padding", {}, [](PathOutput& output) {
                     output.output[0][5].fill_(std::numeric_limits<double>::quiet_NaN());
                     output.output[2][9].fill_(1e9);
                   }));
  EXPECT_TRUE(verdict.holds) << verdict.reason;
}

TEST(Agreement, reports_a_path_that_raises_an_error) {
  AttentionPath faulty = naive_path("faulty");
  faulty.run = [](const CaseInputs&) -> PathOutput { throw std::runtime_error("bad"); };
  const Verdict verdict = verdict_with("agreement", padded_line("fp32"), std::move(faulty));
  EXPECT_FALSE(verdict.holds);
  EXPECT_EQ(verdict.reason, "faulty: unexpected error: bad");
  EXPECT_EQ(verdict.paths[0].status, PathStatus::ok);
}

TEST(Agreement, reports_a_pair_that_disagrees_though_both_agree_with_the_reference) {
  const std::string line = padded_line("fp32");
  const auto shifted = [](const std::string& name, double shift) {
    return naive_path(name, {}, [shift](PathOutput& output) { output.output.add_(shift); });
  };
  // How far a path may be off: the margin grows in proportion to a shift that is large beside rounding.
  constexpr double trial = 1e-3;
  PathRegistry probe;
  probe.add(shifted("probe", trial));
  const double bound = trial / verdict_of_property("agreement", probe, line).worst_margin;
  PathRegistry registry;
  registry.add(shifted("above", 0.88 * bound));
  registry.add(shifted("below", -0.88 * bound));
  const Verdict verdict = verdict_of_property("agreement", registry, line);
  EXPECT_FALSE(verdict.holds);
  ASSERT_EQ(verdict.paths.size(), 3u);
  EXPECT_EQ(verdict.paths[0].status, PathStatus::ok) << verdict.paths[0].detail;
  EXPECT_EQ(verdict.paths[1].status, PathStatus::ok) << verdict.paths[1].detail;
  EXPECT_EQ(verdict.paths[2].path, "above ~ below");
  EXPECT_EQ(verdict.paths[2].status, PathStatus::wrong_result);
  EXPECT_EQ(verdict.reason.find("above ~ below: wrong result: "), 0u) << verdict.reason;
  EXPECT_EQ(verdict.worst_path, "above ~ below");
}

TEST(Agreement, does_not_apply_where_nothing_runs) {
  PathRegistry registry;
  AttentionPath refusing = naive_path("refusing");
  refusing.promise = [](const AttentionCase&, at::DeviceType) { return Promise::refuses("no", "a test"); };
  registry.add(refusing);
  const Verdict verdict = verdict_of_property("agreement", registry, padded_line("fp32"));
  EXPECT_FALSE(verdict.applicable);
  EXPECT_TRUE(verdict.holds);
  EXPECT_NE(verdict.reason.find("no path runs for this case on " + device_under_test().str()), std::string::npos)
      << verdict.reason;
}

TEST(Agreement, keeps_to_the_paths_named) {
  PathRegistry registry;
  registry.add(naive_path("healthy"));
  registry.add(naive_path("faulty", {.drop_last_key = true}));
  EXPECT_TRUE(verdict_of_property("agreement", registry, padded_line("fp32"), {"healthy"}).holds);
  EXPECT_FALSE(verdict_of_property("agreement", registry, padded_line("fp32"), {"faulty"}).holds);
}

TEST(Weights, hold_for_healthy_paths) {
  for (const std::string dtype : every_dtype) {
    const Verdict verdict = verdict_with("weights", padded_line(dtype, "need_weights=1"), naive_path("as_healthy"));
    EXPECT_TRUE(verdict.holds) << verdict.reason;
    EXPECT_TRUE(verdict.applicable);
    EXPECT_EQ(verdict.paths.size(), 2u);
  }
}

void expect_weights_catch(const std::string& dtype, const Fault& fault, const Change& change,
                          const std::string& detail) {
  SCOPED_TRACE(dtype);
  expect_only_faulty_fails(
      verdict_with("weights", padded_line(dtype, "need_weights=1"), naive_path("faulty", fault, change)), detail);
}

TEST(Weights, are_caught_when_they_do_not_sum_to_1) {
  for (const std::string dtype : every_dtype) {
    expect_weights_catch(
        dtype, {}, [](PathOutput& output) { output.weights[1][3].mul_(1.0625); },
        "weights of sequence 1, token 3 sum to 1.06");
  }
}

TEST(Weights, are_caught_when_one_is_not_a_number) {
  expect_weights_catch(
      "fp32", {}, [](PathOutput& output) { output.weights[1][3][0].fill_(std::numeric_limits<double>::quiet_NaN()); },
      "weights of sequence 1, token 3 sum to nan");
}

TEST(Weights, are_caught_on_a_masked_key) {
  expect_weights_catch(
      "fp32", {}, [](PathOutput& output) { output.weights[0][2][7].fill_(1e-30); },
      "masked key 7 of sequence 0, token 2 has weight 1e-30");
}

TEST(Weights, are_caught_on_extra_padding) {
  expect_weights_catch(
      "fp32", {}, [](PathOutput& output) { output.weights[1][8][9].fill_(1e-30); },
      "1 weights of extra padding are not 0");
}

TEST(Weights, are_caught_when_they_miss_a_key) {
  for (const std::string dtype : every_dtype) expect_weights_catch(dtype, {.drop_last_key = true}, {}, "(sequence ");
}

TEST(Weights, are_caught_when_none_are_returned) {
  expect_weights_catch(
      "fp32", {}, [](PathOutput& output) { output.weights = at::Tensor(); },
      "no weights were returned although need_weights=1");
}

TEST(Weights, are_caught_in_a_wrong_shape) {
  expect_weights_catch(
      "fp32", {}, [](PathOutput& output) { output.weights = output.weights.narrow(2, 0, 5); }, "seqlen >= 9");
}

TEST(Weights, are_not_looked_at_in_rows_of_padding) {
  const Verdict verdict = verdict_with("weights", padded_line("fp32", "need_weights=1"),
                                       naive_path("junk_in_padding", {}, [](PathOutput& output) {
                                         output.weights[0][5].fill_(7);
                                         output.weights[2][9].fill_(std::numeric_limits<double>::quiet_NaN());
                                       }));
  EXPECT_TRUE(verdict.holds) << verdict.reason;
}

TEST(Weights, do_not_apply_where_none_are_asked_for_or_given) {
  PathRegistry registry;
  AttentionPath without = naive_path("without");
  without.gives_weights = false;
  registry.add(without);
  EXPECT_FALSE(verdict_of_property("weights", registry, padded_line("fp32", "need_weights=1")).applicable);
  registry.add(naive_path("with"));
  EXPECT_TRUE(verdict_of_property("weights", registry, padded_line("fp32", "need_weights=1")).applicable);
  const Verdict verdict = verdict_of_property("weights", registry, padded_line("fp32"));
  EXPECT_FALSE(verdict.applicable);
  EXPECT_NE(verdict.reason.find("need_weights=0"), std::string::npos) << verdict.reason;
}

TEST(Weights, are_asked_for_in_every_random_case) {
  EXPECT_TRUE(find_property("weights")->adapt(parse_line(padded_line("fp16"))).need_weights);
}

AttentionPath path_that_promises_an_error(const std::string& name, std::function<PathOutput(const CaseInputs&)> run) {
  AttentionPath path = naive_path(name);
  path.promise = [](const AttentionCase&, at::DeviceType) { return Promise::refuses("is even", "a test"); };
  path.run = std::move(run);
  return path;
}

TEST(Status, holds_for_the_promised_error) {
  PathRegistry registry;
  registry.add(naive_path("healthy"));
  registry.add(path_that_promises_an_error(
      "refusing", [](const CaseInputs&) -> PathOutput { TORCH_CHECK(false, "Only support when num_heads is even"); }));
  const Verdict verdict = verdict_of_property("status", registry, padded_line("fp16"));
  EXPECT_TRUE(verdict.holds) << verdict.reason;
  ASSERT_EQ(verdict.paths.size(), 1u);
  EXPECT_EQ(verdict.paths[0].status, PathStatus::refused_as_promised);
}

TEST(Status, catches_success_where_an_error_is_promised) {
  PathRegistry registry;
  registry.add(path_that_promises_an_error("faulty", naive_path("healthy").run));
  const Verdict verdict = verdict_of_property("status", registry, padded_line("fp16"));
  EXPECT_FALSE(verdict.holds);
  EXPECT_EQ(verdict.reason, "faulty: unexpected success: promised an error with 'is even': a test");
}

TEST(Status, does_not_apply_where_nothing_promises_an_error) {
  PathRegistry registry;
  registry.add(naive_path("healthy"));
  EXPECT_FALSE(verdict_of_property("status", registry, padded_line("fp16")).applicable);
}

/// Gives back its input, which is wrong, so that it is seen to run.
AttentionPath family_of_test(const std::string& family) {
  return {family + ".math",
          family,
          SdpBackend::math,
          "",
          [](const AttentionCase&, at::DeviceType) { return Promise::runs(); },
          [](const CaseInputs& inputs) {
            return PathOutput{inputs.tokens().clone(), {}};
          }};
}

TEST(AgreementGraphed, takes_the_graphed_paths_alone_and_only_on_cuda) {
  const Property* property = find_property("agreement_graphed");
  EXPECT_TRUE(property->exists(DType::fp32, at::kCUDA));
  EXPECT_FALSE(property->exists(DType::fp32, at::kCPU));
  PathRegistry registry;
  for (const char* family : {"nn_mha_slow", "graphed_nn_mha_slow", "graphed_composite_sdpa_dense"})
    registry.add(family_of_test(family));
  const PropertyCheck check = property->bind({.device = device_under_test(), .registry = &registry});
  std::string names;
  for (const PathOutcome& outcome : check(parse_line("dtype=fp32 heads=2 head_dim=8 lengths=4,2")).paths) {
    if (outcome.path.find('~') == std::string::npos) names += outcome.path + " ";
  }
  EXPECT_EQ(names, "graphed_nn_mha_slow.math graphed_composite_sdpa_dense.math ");
}

TEST(AgreementCudnn, makes_of_a_case_one_that_cudnn_plans_for) {
  const Property* property = find_property("agreement_cudnn");
  const AttentionCase adapted =
      property->adapt(parse_line("dtype=fp16 heads=2 head_dim=6 lengths=1,1 mask=none need_weights=1"));
  EXPECT_EQ(adapted.head_dim, 8);
  EXPECT_GE(adapted.padded_length(), 2);
  EXPECT_FALSE(adapted.need_weights);
  EXPECT_NO_THROW(validate(adapted));
  const AttentionCase fine = parse_line("dtype=fp16 heads=2 head_dim=16 lengths=3,5");
  EXPECT_EQ(property->adapt(fine), fine);
}

}  // namespace
}  // namespace attngate
