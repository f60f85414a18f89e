#include "attngate/gates/gate_measurements.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "unit/decision/sample_pairs.h"

namespace attngate::test {
namespace {

std::string written(const Decision& decision) {
  std::ostringstream out;
  write_gate_measurements(out, decision);
  return out.str();
}

std::string tag(const std::string& name, const std::string& value) {
  return "<CTestMeasurement type=\"numeric/double\" name=\"" + name + "\">" + value + "</CTestMeasurement>\n";
}

TEST(GateMeasurementsTest, tell_ratio_bound_and_counts) {
  const Bound bound{BoundKind::required_speedup, 0.5};
  const std::string text =
      written(decide(bound, screen(bound, {}, {}, std::vector<PairSample>(201, {.candidate = 200, .base = 200}))));
  EXPECT_NE(text.find("name=\"verdict\">pass<"), std::string::npos) << text;
  for (const std::string& expected : {tag("ratio", "1"), tag("ratio.lower", "1"), tag("bound", "0.5"),
                                      tag("pairs.valid", "201"), tag("pairs.beyond", "0"), tag("pairs.critical", "118"),
                                      tag("candidate.median", "200"), tag("base.median", "200"), tag("spread", "0")}) {
    EXPECT_NE(text.find(expected), std::string::npos) << expected << text;
  }
  EXPECT_EQ(text.find("name=\"processes\""), std::string::npos);
}

TEST(GateMeasurementsTest, leave_out_what_was_not_measured) {
  const std::string text = written(decide({}, screen({}, {}, {}, {})));
  EXPECT_NE(text.find("name=\"verdict\">inconclusive<"), std::string::npos) << text;
  EXPECT_EQ(text.find("name=\"ratio"), std::string::npos);
  EXPECT_EQ(text.find("median"), std::string::npos);
}

TEST(GateMeasurementsTest, tell_of_the_processes_that_were_asked) {
  const std::vector<std::vector<PairSample>> processes(12, pairs_with(std::vector<double>(40, 0.1)));
  const Bound bound{BoundKind::upper_ratio, 1.01};
  const std::string text = written(decide(bound, screen(bound, {}, {}, pairs_with(std::vector<double>(201, 0.1))),
                                          confirm(bound, {}, {}, processes)));
  EXPECT_NE(text.find(tag("processes.beyond", "12")), std::string::npos) << text;
  EXPECT_NE(text.find(tag("processes.critical", "11")), std::string::npos) << text;
}

}  // namespace
}  // namespace attngate::test
