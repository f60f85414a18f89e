#include "attngate/base/nearest_names.h"

#include <gtest/gtest.h>

namespace attngate::test {
namespace {

const std::vector<std::string> some_paths = {"nn_mha_fast.flash", "nn_mha_fast.math", "nn_mha_fast_masked",
                                             "nn_mha_slow.flash", "composite_sdpa_dense.math"};

TEST(NearestNamesTest, are_those_that_differ_by_the_fewest_letters) {
  EXPECT_EQ(nearest_names("nn_mha_fats.flash", some_paths).front(), "nn_mha_fast.flash");
  EXPECT_EQ(nearest_names("composite_sdpa_dence.math", some_paths),
            std::vector<std::string>{"composite_sdpa_dense.math"});
}

TEST(NearestNamesTest, are_first_those_that_begin_with_what_was_written) {
  EXPECT_EQ(nearest_names("nn_mha_fast", some_paths),
            (std::vector<std::string>{"nn_mha_fast.flash", "nn_mha_fast.math", "nn_mha_fast_masked"}));
}

TEST(NearestNamesTest, are_none_where_nothing_is_like_it) {
  EXPECT_TRUE(nearest_names("mine", some_paths).empty());
  EXPECT_TRUE(nearest_names("", some_paths).empty());
  EXPECT_TRUE(nearest_names(std::string(100'000, 'x'), some_paths).empty());
}

TEST(NearestNamesTest, are_asked_for_in_words) {
  EXPECT_EQ(did_you_mean("--casse", {"--case", "--cases", "--seed"}), "did you mean --case or --cases?");
  EXPECT_EQ(did_you_mean("composite_sdpa_dence.math", some_paths), "did you mean composite_sdpa_dense.math?");
  EXPECT_EQ(did_you_mean("mine", some_paths), "");
}

}  // namespace
}  // namespace attngate::test
