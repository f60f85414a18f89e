#include "attngate/case/enumerators.h"

#include <set>

#include <gtest/gtest.h>

#include "unit/refusal.h"

namespace attngate {
namespace {

/// A list that forgot the last enumerator would let its value go undrawn and unread.
template <typename Enum>
void expect_all_in_order(Enum last) {
  std::set<std::string> names;
  for (std::size_t index = 0; index < enumerators<Enum>.size(); ++index) {
    EXPECT_EQ(static_cast<std::size_t>(enumerators<Enum>[index]), index);
    EXPECT_TRUE(names.insert(to_string(enumerators<Enum>[index])).second);
  }
  EXPECT_EQ(enumerators<Enum>.back(), last);
  // to_string knows no enumerator behind the last one.
  EXPECT_THROW(to_string(static_cast<Enum>(static_cast<int>(last) + 1)), CaseError);
}

TEST(Enumerators, list_each_one_once_in_order) {
  expect_all_in_order(DType::fp32);
  expect_all_in_order(MaskKind::causal);
  expect_all_in_order(StorageLayout::expanded);
  expect_all_in_order(NestedForm::mask);
  expect_all_in_order(ValueProfile::negative_logits);
}

TEST(ParseEnumerator, reads_what_to_string_prints) {
  for (const MaskKind mask : enumerators<MaskKind>) {
    EXPECT_EQ(parse_enumerator<MaskKind>("mask", to_string(mask)), mask);
  }
}

TEST(ParseEnumerator, names_the_key_and_lists_the_names_that_exist) {
  EXPECT_EQ(test::refusal_by<CaseError>([] { parse_enumerator<NestedForm>("nested", "View"); }),
            "nested='View': must be view, gaps, list or mask");
}

}  // namespace
}  // namespace attngate
