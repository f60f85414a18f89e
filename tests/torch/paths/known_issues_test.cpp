#include "attngate/paths/known_issues.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <sstream>

#include "attngate/case/text.h"

namespace attngate {
namespace {

const std::string good_header =
    "finding: some-finding\nlibtorch: 2.11.0 2.12.0\ndevice: cpu\npaths: one\nshapes: ambiguous_nested_strides\n";
const std::string good_case = "dtype=fp16 heads=1 head_dim=8 lengths=1,1\n";

KnownIssue parse(const std::string& text) {
  std::istringstream stream(text);
  return parse_known_issue(stream, "record.case");
}

std::string error_of(const std::string& text) {
  try {
    parse(text);
  } catch (const CaseError& error) {
    return error.what();
  }
  return "no error";
}

PathRegistry registry_of_one_path() {
  PathRegistry registry;
  const auto promise = [](const AttentionCase& c, at::DeviceType) {
    return c.num_heads == 1 ? Promise::runs("math") : Promise::refuses("no", "two heads");
  };
  registry.add({"one", "one", SdpBackend::any, "", promise, [](const CaseInputs&) { return PathOutput{}; }});
  return registry;
}

Promise promise_of(const PathRegistry& registry, const std::string& line, at::DeviceType device = at::kCPU) {
  return registry.find("one")->promise(parse_line(line), device);
}

TEST(KnownIssue, is_read_with_its_cases) {
  const KnownIssue issue =
      parse("# a comment\n" + good_header + "gives: error split_with_sizes expects\n\n" + good_case);
  EXPECT_EQ(issue.finding, "some-finding");
  EXPECT_EQ(issue.libtorch_versions, (std::vector<std::string>{"2.11.0", "2.12.0"}));
  EXPECT_EQ(issue.device, at::kCPU);
  EXPECT_EQ(issue.gives, DefectKind::error);
  EXPECT_EQ(issue.error, "split_with_sizes expects");
  ASSERT_EQ(issue.cases.size(), 1u);
  EXPECT_EQ(issue.cases[0].lengths, (std::vector<std::int64_t>{1, 1}));
}

TEST(KnownIssue, names_file_and_line_of_a_mistake) {
  EXPECT_EQ(error_of("findings: x\n"),
            "record.case:1: unknown key 'findings': the keys are finding, libtorch, device, paths, shapes and gives");
  EXPECT_EQ(error_of(good_header + good_case), "record.case:6: gives is missing: it stands before the first case");
  EXPECT_EQ(error_of(good_header + "device: cpu\n"), "record.case:6: device is given twice");
  EXPECT_EQ(error_of(good_header + "gives: nonsense\n"),
            "record.case:6: gives: 'nonsense': must be 'wrong result', 'device lost', 'write outside' or 'error TEXT'");
  EXPECT_EQ(error_of(good_header + "gives: wrong result\n"),
            "record.case:6: a record needs a case line that shows the defect");
  EXPECT_EQ(error_of(good_header + "gives: wrong result\ndtype=fp16 heads=1 head_dim=8 lengths=5,1\n"),
            "record.case:7: this case is not one of the shapes ambiguous_nested_strides");
  EXPECT_NE(error_of("shapes: none\n")
                .find("there are ambiguous_nested_strides, misaligned_bias, huge_padded_logits, split_keys"),
            std::string::npos);
}

TEST(KnownIssue, turns_a_running_promise_of_its_path_into_a_defective_one_on_its_shapes_only) {
  PathRegistry registry = registry_of_one_path();
  apply_known_issues(registry, {parse(good_header + "gives: wrong result\n" + good_case)}, "2.11.0");
  const Promise defective = promise_of(registry, good_case.substr(0, good_case.size() - 1));
  EXPECT_EQ(defective.kind, Promise::Kind::defective);
  EXPECT_EQ(defective.backend, "math");
  EXPECT_EQ(defective.reason, "some-finding");
  EXPECT_EQ(promise_of(registry, "dtype=fp16 heads=1 head_dim=8 lengths=5,1").kind, Promise::Kind::runs);
  EXPECT_EQ(promise_of(registry, "dtype=fp16 heads=2 head_dim=8 lengths=1,1").kind, Promise::Kind::refuses);
  EXPECT_EQ(promise_of(registry, "dtype=fp16 heads=1 head_dim=8 lengths=1,1", at::kCUDA).kind, Promise::Kind::runs);
  EXPECT_EQ(registry.known_cases(at::kCPU).size(), 1u);
  EXPECT_TRUE(registry.known_cases(at::kCUDA).empty());
}

TEST(KnownIssue, can_be_the_loss_of_the_device) {
  PathRegistry registry = registry_of_one_path();
  apply_known_issues(registry, {parse(good_header + "gives: device lost\n" + good_case)}, "2.11.0");
  EXPECT_TRUE(promise_of(registry, "dtype=fp16 heads=1 head_dim=8 lengths=1,1").loses_device);
}

TEST(KnownIssue, of_another_libtorch_changes_nothing) {
  PathRegistry registry = registry_of_one_path();
  apply_known_issues(registry, {parse(good_header + "gives: wrong result\n" + good_case)}, "2.10.0");
  EXPECT_EQ(promise_of(registry, "dtype=fp16 heads=1 head_dim=8 lengths=1,1").kind, Promise::Kind::runs);
  EXPECT_TRUE(registry.known_cases(at::kCPU).empty());
}

TEST(KnownIssue, of_a_path_that_does_not_exist_is_an_error) {
  PathRegistry registry;
  const std::vector<KnownIssue> issues = {parse(good_header + "gives: wrong result\n" + good_case)};
  EXPECT_THROW(apply_known_issues(registry, issues, "2.11.0"), CaseError);
}

TEST(DefectiveShapes, split_keys_are_more_than_one_block_of_them_in_rows_that_do_not_fill_the_last_one) {
  const auto& all = defective_shapes();
  const auto shapes = std::ranges::find(all, "split_keys", &DefectiveShapes::name);
  ASSERT_NE(shapes, all.end());
  const auto contains = [&](const std::string& line) { return shapes->contains(parse_line(line)); };
  EXPECT_TRUE(contains("dtype=fp16 heads=1 head_dim=1 lengths=251 mask=causal extra_padding=6"));
  EXPECT_TRUE(contains("dtype=bf16 heads=1 head_dim=128 lengths=129 mask=none"));
  EXPECT_FALSE(contains("dtype=fp16 heads=1 head_dim=1 lengths=256 mask=none")) << "one block of keys";
  EXPECT_FALSE(contains("dtype=fp16 heads=1 head_dim=1 lengths=272 mask=none")) << "17 full blocks of 16 rows";
  EXPECT_FALSE(contains("dtype=fp16 heads=4 head_dim=128 lengths=129 mask=none")) << "129 full blocks of 4 rows";
  EXPECT_FALSE(contains("dtype=fp16 heads=1 head_dim=1 lengths=257")) << "flash takes no mask";
  EXPECT_FALSE(contains("dtype=fp32 heads=1 head_dim=1 lengths=257 mask=none")) << "flash takes no fp32";
}

TEST(DefectiveShapes, reach_gives_a_case_that_they_contain) {
  for (const DefectiveShapes& shapes : defective_shapes()) {
    for (const char* line : {"dtype=fp16 heads=3 head_dim=5 lengths=7", "dtype=fp32 heads=1 head_dim=1 lengths=0,4",
                             "dtype=bf16 heads=2 head_dim=8 lengths=3,3 mask=none"}) {
      const AttentionCase reached = shapes.reach(parse_line(line));
      const bool exists = shapes.name == "huge_padded_logits" ? reached.dtype == DType::bf16
                          : shapes.name == "split_keys"       ? reached.dtype != DType::fp32
                                                              : true;
      EXPECT_EQ(shapes.contains(reached), exists) << shapes.name << ": " << line;
      EXPECT_NO_THROW(validate(reached)) << shapes.name;
    }
  }
}

}  // namespace
}  // namespace attngate
