#include "attngate/base/printable.h"

#include <string>

#include <gtest/gtest.h>

namespace attngate {
namespace {

TEST(Printable, EscapesWhatIsNotPrintableAscii) {
  EXPECT_EQ(printable(std::string("a\0b\n\xc3\xa4", 6)), "'a\\x00b\\x0a\\xc3\\xa4'");
}

TEST(Printable, CutsLongTextAndShowsThatItDid) {
  EXPECT_EQ(printable(std::string(60, 'a')), "'" + std::string(60, 'a') + "'");
  EXPECT_EQ(printable(std::string(1000, 'a')), "'" + std::string(60, 'a') + "...'");
}

}  // namespace
}  // namespace attngate
