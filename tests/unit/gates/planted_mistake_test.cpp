#include "attngate/gates/planted_mistake.h"

#include <gtest/gtest.h>

#include "attngate/base/usage_error.h"
#include "attngate/case/text.h"

namespace attngate {
namespace {

constexpr const char* mistaken_line = "dtype=bf16 heads=2 head_dim=8 lengths=4";

/// What the mistake makes of a candidate of this name, and whether there was anything to get wrong.
std::pair<OperatorRequest, bool> mistaken(const std::string& name, InputForm form, PlantedMistake mistake) {
  Gate gate;
  gate.attention_case = parse_line(mistaken_line);
  gate.candidate = {name, name, form};
  OperatorRequest candidate{name, to_line(gate.attention_case)};
  const bool made = make_mistake(candidate, gate, mistake);
  return {candidate, made};
}

TEST(PlantedMistakeTest, puts_another_backend_in_the_place_of_the_named_one) {
  const auto [candidate, made] = mistaken("sdpa.flash", InputForm::padded, PlantedMistake::math_backend);
  EXPECT_TRUE(made);
  EXPECT_EQ(candidate.name, "sdpa.math");
}

TEST(PlantedMistakeTest, finds_nothing_to_get_wrong_where_the_backend_was_settled_before) {
  EXPECT_FALSE(mistaken("compiled", InputForm::padded, PlantedMistake::math_backend).second);
}

TEST(PlantedMistakeTest, pads_nested_input_only) {
  EXPECT_EQ(mistaken("nn_mha_fast.flash", InputForm::nested, PlantedMistake::padding).first.name,
            "nn_mha_slow.efficient");
  EXPECT_FALSE(mistaken("nn_mha_slow.math", InputForm::padded, PlantedMistake::padding).second);
}

TEST(PlantedMistakeTest, computes_in_fp32_on_a_backend_that_takes_it) {
  const auto [candidate, made] = mistaken("sdpa.flash", InputForm::padded, PlantedMistake::upcast);
  EXPECT_TRUE(made);
  EXPECT_EQ(candidate.name, "sdpa.efficient");
  EXPECT_EQ(parse_line(candidate.line).dtype, DType::fp32);
}

TEST(PlantedMistakeTest, is_named_by_words_and_says_which_there_are) {
  EXPECT_EQ(parse_planted_mistake("upcast"), PlantedMistake::upcast);
  EXPECT_THROW(parse_planted_mistake("maths"), UsageError);
}

}  // namespace
}  // namespace attngate
