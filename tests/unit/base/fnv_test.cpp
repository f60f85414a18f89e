#include "attngate/base/fnv.h"

#include <gtest/gtest.h>

namespace attngate::test {
namespace {

// Source: the test vectors of draft-eastlake-fnv.
TEST(Fnv1a, is_what_its_authors_say) {
  EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325);
  EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8c);
  EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8);
  EXPECT_EQ(fnv1a_32(""), 0x811c9dc5);
  EXPECT_EQ(fnv1a_32("a"), 0xe40c292c);
  EXPECT_EQ(fnv1a_32("foobar"), 0xbf9cf968);
}

TEST(Fnv1a, of_parts_is_that_of_the_whole) { EXPECT_EQ(fnv1a("bar", fnv1a("foo")), fnv1a("foobar")); }

}  // namespace
}  // namespace attngate::test
