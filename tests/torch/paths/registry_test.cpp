#include <gtest/gtest.h>

#include "attngate/case/text.h"
#include "attngate/paths/attention_path.h"
#include "attngate/paths/mha/builtin_paths.h"
#include "attngate/suite/tested_registry.h"
#include "edited_case.h"

namespace attngate {
namespace {

using Kind = Promise::Kind;

AttentionPath a_path(const std::string& name) {
  return {name,
          "family",
          SdpBackend::any,
          "a path of a test",
          [](const AttentionCase&, at::DeviceType) { return Promise::redundant("only a test"); },
          [](const CaseInputs&) { return PathOutput(); }};
}

// Redundant everywhere, so that no other test of this process runs it.
const RegisterPaths registered{[](PathRegistry& registry) { registry.add(a_path("registered_by_a_test")); }};

std::string refusal(PathRegistry& registry, AttentionPath path) {
  try {
    registry.add(std::move(path));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

TEST(PathRegistry, finds_what_was_added_and_nothing_else) {
  PathRegistry registry;
  registry.add(a_path("one"));
  registry.add(a_path("two"));
  ASSERT_NE(registry.find("two"), nullptr);
  EXPECT_EQ(registry.find("two")->name, "two");
  EXPECT_EQ(registry.find("family"), nullptr);
  EXPECT_EQ(registry.find(""), nullptr);
}

TEST(PathRegistry, keeps_the_order_in_which_paths_were_added) {
  PathRegistry registry;
  for (const char* name : {"b", "a", "c"}) registry.add(a_path(name));
  EXPECT_EQ(registry.names(), "b, a, c");
}

TEST(PathRegistry, refuses_a_name_that_is_taken) {
  PathRegistry registry;
  registry.add(a_path("one"));
  EXPECT_EQ(refusal(registry, a_path("one")), "path 'one' is registered twice");
  EXPECT_EQ(registry.names(), "one");
}

TEST(PathRegistry, refuses_an_incomplete_path) {
  PathRegistry registry;
  AttentionPath nameless = a_path(""), no_family = a_path("x"), no_promise = a_path("x"), no_run = a_path("x");
  no_family.family = "";
  no_promise.promise = nullptr;
  no_run.run = nullptr;
  EXPECT_EQ(refusal(registry, nameless), "path '' is incomplete: it needs name, family, promise and run");
  for (const AttentionPath& path : {no_family, no_promise, no_run}) {
    EXPECT_EQ(refusal(registry, path), "path 'x' is incomplete: it needs name, family, promise and run");
  }
  EXPECT_TRUE(registry.paths().empty());
}

TEST(MakeRegistry, has_libtorchs_paths_then_the_registered_ones) {
  EXPECT_EQ(
      make_registry().names(),
      "nn_mha_fast.flash, nn_mha_fast.efficient, nn_mha_fast.math, nn_mha_fast_masked, "
      "nn_mha_fast_dense.flash, nn_mha_fast_dense.efficient, nn_mha_fast_dense.math, nn_mha_fast_dense.cudnn, "
      "nn_mha_slow.flash, nn_mha_slow.efficient, nn_mha_slow.math, nn_mha_slow.cudnn, nn_mha_slow_functional, "
      "composite_sdpa_nested.flash, composite_sdpa_nested.efficient, composite_sdpa_nested.math, "
      "composite_sdpa_nested.cudnn, composite_sdpa_nested_contiguous.math, composite_sdpa_dense.flash, "
      "composite_sdpa_dense.efficient, composite_sdpa_dense.math, composite_sdpa_dense.cudnn, "
      "compiled_nn_mha, compiled_composite_sdpa, python_mha_nested, python_mha_padded, "
      "graphed_nn_mha_fast_masked, graphed_nn_mha_fast_dense.flash, graphed_nn_mha_fast_dense.efficient, "
      "graphed_nn_mha_fast_dense.math, graphed_nn_mha_slow.flash, graphed_nn_mha_slow.efficient, "
      "graphed_nn_mha_slow.math, "
      "graphed_composite_sdpa_dense.flash, graphed_composite_sdpa_dense.efficient, graphed_composite_sdpa_dense.math, "
      "registered_by_a_test");
}

TEST(MakeRegistry, names_the_paths_that_exist_per_backend_after_it) {
  const PathRegistry registry = make_registry();
  for (const AttentionPath& path : registry.paths()) {
    const std::size_t dot = path.name.find('.');
    EXPECT_EQ(dot == std::string::npos ? "any" : path.name.substr(dot + 1), to_string(path.backend)) << path.name;
    EXPECT_FALSE(path.summary.empty()) << path.name;
  }
}

TEST(MakeRegistry, says_which_paths_give_weights) {
  const PathRegistry registry = make_registry();
  for (const AttentionPath& path : registry.paths()) {
    EXPECT_EQ(path.gives_weights,
              path.name.starts_with("nn_mha") || path.name.starts_with("graphed_nn_mha") || path.family == "python_mha")
        << path.name;
  }
}

/// Promises of every path of LibTorch for a case on a device, one letter each in the order of make_registry():
/// r runs, x refuses, = redundant, d defective, - inexpressible; families are set apart by a blank. Without the paths
/// that take part by name only: exported_modules_test.cpp and graphed_paths_test.cpp have those.
std::string promises(const AttentionCase& attention_case, at::DeviceType device) {
  const PathRegistry registry = make_tested_registry();
  std::string letters, family;
  for (const AttentionPath& path : registry.paths()) {
    if (path.name == "registered_by_a_test" || path.only_by_name) continue;
    const std::string its_family = path.name.substr(0, path.name.find('.'));
    if (!letters.empty() && its_family != family) letters += ' ';
    family = its_family;
    const Kind kind = path.promise(attention_case, device).kind;
    switch (kind) {
      case Kind::runs:
        letters += 'r';
        break;
      case Kind::refuses:
        letters += 'x';
        break;
      case Kind::redundant:
        letters += '=';
        break;
      case Kind::defective:
        letters += 'd';
        break;
      case Kind::inexpressible:
        letters += '-';
        break;
    }
  }
  return letters;
}

std::string promises(const std::string& line, at::DeviceType device) { return promises(parse_line(line), device); }

// fast | fast_masked | fast_dense | slow | functional | nested | nested_contiguous | composite dense;
// backends in the order flash, efficient, math, cudnn.
TEST(Promises, on_the_cpu_are_those_of_its_two_backends) {
  // Ragged fp32: everything that is padded runs with flash and math, nested input only contiguous.
  EXPECT_EQ(promises("dtype=fp32 heads=2 head_dim=8 lengths=4,2", at::kCPU), "==r r ==== rxrx r xxxx r rxrx");
  // The C++ functional cannot mask in half precision.
  EXPECT_EQ(promises("dtype=fp16 heads=2 head_dim=8 lengths=4,2", at::kCPU), "==r r ==== rxrx x xxxx r rxrx");
  EXPECT_EQ(promises("dtype=bf16 heads=3 head_dim=6 lengths=4,1", at::kCPU), "==r r ==== rxrx x xxxx r rxrx");
  // Without a mask the dense form takes the masked one's place.
  EXPECT_EQ(promises("dtype=bf16 heads=2 head_dim=8 lengths=4,4 mask=none", at::kCPU), "==r = ==r= rxrx r xxxx r rxrx");
  // Weights: the slow path asks no SDPA.
  EXPECT_EQ(promises("dtype=fp32 heads=2 head_dim=8 lengths=4,2 need_weights=1", at::kCPU),
            "==r r ==== ==r= r xxxx r rxrx");
}

TEST(Promises, on_cuda_follow_dtype_head_dim_mask_and_lengths) {
  EXPECT_EQ(promises("dtype=fp16 heads=8 head_dim=64 lengths=7,5", at::kCUDA), "rrr r ==== xrrr x rrxx r xrrr");
  // A sequence of length 1 sends the nested fast path to its unfused branch.
  EXPECT_EQ(promises("dtype=fp16 heads=8 head_dim=64 lengths=7,1", at::kCUDA), "==r r ==== xrrr x rrxx r xrrr");
  // Flash takes no fp32, efficient wants a multiple of 4 there, cuDNN takes only half.
  EXPECT_EQ(promises("dtype=fp32 heads=8 head_dim=64 lengths=7,5", at::kCUDA), "xrr r ==== xrrx r xrxx r xrrx");
  // The operator asks SDPA only for multiples of 8.
  EXPECT_EQ(promises("dtype=fp32 heads=8 head_dim=12 lengths=7,5", at::kCUDA), "==r r ==== xrrx r xrxx r xrrx");
  EXPECT_EQ(promises("dtype=bf16 heads=8 head_dim=6 lengths=7,5", at::kCUDA), "==r r ==== xxrx x xxxx r xxrx");
  // No mask: flash pads any head_dim of dense input.
  EXPECT_EQ(promises("dtype=bf16 heads=8 head_dim=6 lengths=7,7 mask=none", at::kCUDA),
            "==r = ==r= rxrx r xxxx r rxrx");
  EXPECT_EQ(promises("dtype=fp16 heads=8 head_dim=64 lengths=7,7 mask=none", at::kCUDA),
            "rrr = rrrr rrrr r rrxx r rrrr");
  // An odd number of heads: the masked softmax of the unfused branches refuses.
  EXPECT_EQ(promises("dtype=fp16 heads=3 head_dim=64 lengths=7,5", at::kCUDA), "rrx x ==== xrrr x rrxx r xrrr");
  // Beyond 256 flash and cuDNN refuse.
  EXPECT_EQ(promises("dtype=fp16 heads=2 head_dim=264 lengths=7,5", at::kCUDA), "xrr r ==== xrrx x xrxx r xrrx");
  // cuDNN plans for two and more columns.
  EXPECT_EQ(promises("dtype=fp16 heads=2 head_dim=64 lengths=1,1", at::kCUDA), "==r r ==== xrrx x ddxx r xrrx");
  // docs/findings.md, nested-sdpa-length-one: wrong where all lengths but the last are 1, and the last too or one head.
  EXPECT_EQ(promises("dtype=fp16 heads=2 head_dim=64 lengths=1,1,5", at::kCUDA), "==r r ==== xrrr x rrxx r xrrr");
  EXPECT_EQ(promises("dtype=fp16 heads=1 head_dim=64 lengths=1,1,5", at::kCUDA), "==x x ==== xrrr x ddxx r xrrr");
  EXPECT_EQ(promises("dtype=fp16 heads=1 head_dim=64 lengths=1,2,3", at::kCUDA), "==x x ==== xrrr x rrxx r xrrr");
  EXPECT_EQ(promises("dtype=fp16 heads=1 head_dim=64 lengths=1", at::kCUDA), "==x x ==== xrrx x rrxx r xrrx");
  EXPECT_EQ(promises("dtype=fp16 heads=2 head_dim=64 lengths=7,5 need_weights=1", at::kCUDA),
            "==r r ==== ==r= x rrxx r xrrr");
}

std::string promises(const std::string& line, at::DeviceType device, const Edit& edit) {
  return promises(edited_case(line, edit), device);
}

TEST(Promises, of_nested_paths_say_which_masks_they_cannot_express) {
  const std::string line = "dtype=fp16 heads=8 head_dim=64 lengths=7,7";
  for (const MaskKind mask : {MaskKind::holes, MaskKind::two_d, MaskKind::four_d}) {
    const std::string functional = mask == MaskKind::two_d ? "r" : "x";  // no half key padding, no 4-D mask
    EXPECT_EQ(promises(line, at::kCUDA, [&](AttentionCase& c) { c.mask = mask; }),
              "--- r ==== xrrr " + functional + " ---- - xrrr")
        << to_string(mask);
  }
  // The causal flag: SDPA has one for fused nested tensors, and for dense ones it takes the mask's place.
  const Edit causal = [](AttentionCase& c) { c.mask = MaskKind::causal; };
  EXPECT_EQ(promises(line, at::kCUDA, causal), "--- r ==== xrrr r rrxx x rrrr");
  EXPECT_EQ(promises(line, at::kCPU, causal), "--- r ==== rxrx r xxxx x rxrx");
}

TEST(Promises, of_empty_sequences_and_batches) {
  const auto of_lengths = [](const std::vector<std::int64_t>& lengths) {
    return [lengths](AttentionCase& c) { c.lengths = lengths; };
  };
  const std::string line = "dtype=fp16 heads=8 head_dim=64 lengths=1";
  // No fused backend takes a nested length of 0.
  EXPECT_EQ(promises(line, at::kCUDA, of_lengths({7, 0})), "xxr r ==== xrrr x xxxx r xrrr");
  EXPECT_EQ(promises(line, at::kCPU, of_lengths({7, 0})), "==r r ==== rxrx x xxxx r rxrx");
  EXPECT_EQ(promises(line, at::kCPU, of_lengths({0, 0})), "==x r ==== xxrx x xxxx x xxrx");
  EXPECT_EQ(promises(line, at::kCPU, of_lengths({})), "==x r ==== xxrx x xxxx - xxxx");
  EXPECT_EQ(promises(line, at::kCUDA, of_lengths({})), "==x x ==== xxrx x xxxx - xxxx");
}

TEST(Promises, of_nested_paths_refuse_gaps_between_sequences) {
  const Edit gaps = [](AttentionCase& c) { c.nested = NestedForm::gaps; };
  EXPECT_EQ(promises("dtype=fp16 heads=8 head_dim=64 lengths=7,5", at::kCUDA, gaps), "xxx r ==== xrrr x xxxx r xrrr");
  EXPECT_EQ(promises("dtype=fp16 heads=8 head_dim=64 lengths=7", at::kCUDA, gaps), "rrr r ==== xrrr x rrxx r xrrr");
}

TEST(Promises, name_a_backend_where_the_path_runs_and_an_error_and_reason_where_it_refuses) {
  const PathRegistry registry = make_registry();
  for (const char* line :
       {"dtype=fp16 heads=3 head_dim=64 lengths=7,1", "dtype=fp32 heads=2 head_dim=6 lengths=5,5 mask=none",
        "dtype=bf16 heads=2 head_dim=8 lengths=3,2 need_weights=1"}) {
    for (const at::DeviceType device : {at::kCPU, at::kCUDA}) {
      for (const AttentionPath& path : registry.paths()) {
        const Promise promise = path.promise(parse_line(line), device);
        EXPECT_EQ(promise.backend.empty(), promise.kind != Kind::runs) << path.name << ", " << line;
        EXPECT_EQ(promise.error.empty(), promise.kind != Kind::refuses) << path.name << ", " << line;
        EXPECT_EQ(promise.reason.empty(), promise.kind == Kind::runs) << path.name << ", " << line;
      }
    }
  }
}

}  // namespace
}  // namespace attngate
