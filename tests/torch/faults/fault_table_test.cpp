// The proof that each fault is really planted: wrong on the case that the table names, right on the one that it spares.
#include "attngate/faults/fault.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "attngate/case/text.h"
#include "attngate/properties/property.h"
#include "attngate/run/case_checker.h"
#include "device_under_test.h"

namespace attngate::faults {
namespace {

constexpr DType every_dtype[] = {DType::fp32, DType::fp16, DType::bf16};

AttentionCase case_of(DType dtype, const std::string& line) {
  return parse_line("dtype=" + to_string(dtype) + " " + line);
}

PropertyCheck check_of(const std::string& property, const PathRegistry& registry) {
  PropertyContext context;
  context.device = device_under_test();
  context.registry = &registry;
  for (const AttentionPath& path : registry.paths()) context.only.push_back(path.name);
  return find_property(property)->bind(context);
}

PathRegistry registry_of(const Fault& fault) {
  PathRegistry registry;
  registry.add(path_of(fault));
  return registry;
}

/// The first verdict that fails, or the last.
Verdict verdict_of_calls(const Fault& fault, DType dtype) {
  const PathRegistry registry = registry_of(fault);
  const PropertyCheck check = check_of(fault.exposed_by, registry);
  Verdict verdict;
  for (int call = 0; call < fault.calls && verdict.holds; ++call) verdict = judge(check, case_of(dtype, fault.exposes));
  return verdict;
}

TEST(FaultTableTest, has_names_sentences_and_references) {
  const std::regex reference("mutation|PyTorch (issue|pull request) [0-9]+|vLLM issue [0-9]+");
  std::set<std::string> names;
  const std::vector<Fault> faults = all_faults();
  for (const Fault& fault : faults) {
    EXPECT_TRUE(names.insert(fault.name).second) << fault.name << " is there twice";
    EXPECT_TRUE(fault.sentence.ends_with('.')) << fault.name;
    EXPECT_TRUE(std::regex_match(fault.reference, reference)) << fault.name << ": " << fault.reference;
    EXPECT_NE(find_property(fault.exposed_by), nullptr) << fault.name << ": " << fault.exposed_by;
  }
  EXPECT_GE(faults.size(), 52u);
}

TEST(FaultTableTest, gives_fresh_state_with_each_call) {
  const auto workspace_fault = [] {
    std::vector<Fault> faults = all_faults();
    return *std::ranges::find(faults, "wrong_element_in_one_of_50_calls", &Fault::name);
  };
  const Fault first = workspace_fault();
  EXPECT_FALSE(verdict_of_calls(first, DType::fp32).holds);
  Fault second = workspace_fault();
  second.calls = 1;
  EXPECT_TRUE(verdict_of_calls(second, DType::fp32).holds);
}

TEST(FaultTableTest, every_fault_is_wrong_on_its_case) {
  for (const DType dtype : every_dtype) {
    for (const Fault& fault : all_faults()) {
      if (!reason_unseen(fault, dtype).empty()) continue;
      SCOPED_TRACE(to_string(dtype) + " " + fault.name + ": " + fault.exposes);
      const Verdict verdict = verdict_of_calls(fault, dtype);
      EXPECT_TRUE(verdict.applicable) << verdict.reason;
      EXPECT_FALSE(verdict.holds);
    }
  }
}

TEST(FaultTableTest, every_fault_spares_the_case_that_it_says) {
  for (const DType dtype : every_dtype) {
    for (const Fault& fault : all_faults()) {
      if (fault.spares.empty()) continue;
      SCOPED_TRACE(to_string(dtype) + " " + fault.name + ": " + fault.spares);
      const PathRegistry registry = registry_of(fault);
      const AttentionCase spared = case_of(dtype, fault.spares);
      const Verdict verdict = check_of(spared.need_weights ? "weights" : "agreement", registry)(spared);
      EXPECT_TRUE(verdict.applicable && verdict.holds) << verdict.reason;
    }
  }
}

TEST(FaultTableTest, healthy_paths_hold_on_every_case_of_the_table) {
  PathRegistry registry;
  for (const Base base : all_bases) registry.add(healthy_path(base));
  for (const DType dtype : every_dtype) {
    for (const Fault& fault : all_faults()) {
      SCOPED_TRACE(to_string(dtype) + " " + fault.name + ": " + fault.exposes);
      const Verdict verdict = check_of(fault.exposed_by, registry)(case_of(dtype, fault.exposes));
      EXPECT_TRUE(verdict.applicable && verdict.holds) << verdict.reason;
    }
  }
}

TEST(EditablePathTest, refuses_hooks_that_its_base_never_calls) {
  const Edit nothing = [](Attention&) {};
  EXPECT_THROW(editable_path("a", "", Base::sdpa, {.logits = nothing}), std::invalid_argument);
  EXPECT_THROW(editable_path("a", "", Base::sdpa, {.probabilities = nothing}), std::invalid_argument);
  EXPECT_THROW(editable_path("a", "", Base::native_masked, {.projected = nothing}), std::invalid_argument);
  EXPECT_THROW(editable_path("a", "", Base::native_nested, {.heads = nothing}), std::invalid_argument);
  EXPECT_NO_THROW(editable_path("a", "", Base::unfused, {.logits = nothing, .probabilities = nothing}));
}

TEST(EditablePathTest, expresses_every_mask_on_the_padded_form_and_padding_alone_on_the_nested_one) {
  for (const std::string mask : {"padding", "none", "holes", "2d", "4d", "causal"}) {
    const AttentionCase attention_case = parse_line("dtype=fp32 heads=2 head_dim=8 lengths=4,4 mask=" + mask);
    for (const Base base : all_bases) {
      const AttentionPath path = editable_path("a", "", base, {});
      const bool expected = base != Base::native_nested || mask == "padding" || mask == "none";
      EXPECT_EQ(path.promise(attention_case, device_under_test().type()).kind == Promise::Kind::runs, expected)
          << to_string(base) << " " << mask;
    }
  }
}

TEST(EditablePathTest, returns_no_rows_for_an_empty_batch_and_for_empty_sequences) {
  for (const std::string lengths : {"0", "0,0,0"}) {
    const CaseInputs inputs(parse_line("dtype=fp32 heads=2 head_dim=8 lengths=" + lengths), device_under_test());
    for (const Base base : all_bases) {
      EXPECT_EQ(token_rows(healthy_path(base).run(inputs).output, inputs).size(0), 0)
          << to_string(base) << " " << lengths;
    }
  }
}

}  // namespace
}  // namespace attngate::faults
