#include "attngate/report/measurements_listener.h"

#include <gtest/gtest.h>

#include <sstream>

#include "unit/report/fake_run.h"

namespace attngate::test {
namespace {

TEST(MeasurementsListenerTest, writes_all_measurements_of_a_test_of_its_own_when_the_run_ends) {
  std::ostringstream out;
  MeasurementsListener listener(out, fake_context(), true);
  run_told_to(listener);
  EXPECT_NE(out.str().find("name=\"cases\">2<"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("name=\"fake.worst_margin\">0.25<"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("name=\"share.paths\""), std::string::npos) << out.str();
}

TEST(MeasurementsListenerTest, is_brief_about_one_of_several_runs) {
  std::ostringstream out;
  MeasurementsListener listener(out, fake_context(), false);
  run_told_to(listener);
  EXPECT_NE(out.str().find("name=\"fake.cases\">2<"), std::string::npos) << out.str();
  EXPECT_EQ(out.str().find("share."), std::string::npos) << out.str();
}

}  // namespace
}  // namespace attngate::test
