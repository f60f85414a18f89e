#include "attngate/base/printable.h"

#include <string>

#include <gtest/gtest.h>

namespace attngate {
namespace {

TEST(Printable, escapes_what_is_not_printable_ascii) {
  EXPECT_EQ(printable(std::string("a\0b\n\xc3\xa4", 6)), "'a\\x00b\\x0a\\xc3\\xa4'");
}

TEST(Printable, cuts_long_text_and_shows_that_it_did) {
  EXPECT_EQ(printable(std::string(60, 'a')), "'" + std::string(60, 'a') + "'");
  EXPECT_EQ(printable(std::string(1000, 'a')), "'" + std::string(60, 'a') + "...'");
}

}  // namespace
}  // namespace attngate
