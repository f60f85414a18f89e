#include "attngate/base/joined.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace attngate::test {
namespace {

struct NamedItem {
  std::string name;
};

TEST(Joined, puts_the_separator_between_items_only) {
  EXPECT_EQ(joined(std::vector<std::string>{}), "");
  EXPECT_EQ(joined(std::vector<std::string>{"a"}), "a");
  EXPECT_EQ(joined(std::set<std::string>{"c", "a", "b"}), "a, b, c");
  EXPECT_EQ(joined(std::vector<std::string>{"", "", "x"}, ","), ",,x") << "empty items count too";
}

TEST(Joined, takes_the_text_of_each_item_from_a_member_or_a_function) {
  const std::vector<NamedItem> items = {{"one"}, {"two"}};
  EXPECT_EQ(joined(items, "+", &NamedItem::name), "one+two");
  EXPECT_EQ(joined(items, ", ", [](const NamedItem& item) { return item.name + "!"; }), "one!, two!");
  EXPECT_EQ(joined(items | std::views::filter([](const NamedItem& item) { return item.name == "two"; }), " ",
                   &NamedItem::name),
            "two");
}

}  // namespace
}  // namespace attngate::test
