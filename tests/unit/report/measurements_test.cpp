#include "attngate/report/measurements.h"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>
#include <stdexcept>

#include "unit/report/sample_results.h"

namespace attngate::test {
namespace {

template <typename Value>
std::string tag(std::string_view name, Value value) {
  std::ostringstream out;
  write_measurement(out, name, value);
  return out.str();
}

TEST(MeasurementsTest, writes_numbers_as_numeric_tags) {
  EXPECT_EQ(tag("cases_per_second", 152.5),
            "<CTestMeasurement type=\"numeric/double\" name=\"cases_per_second\">152.5</CTestMeasurement>\n");
}

TEST(MeasurementsTest, writes_words_as_text_tags) {
  EXPECT_EQ(tag("device", "NVIDIA H200"),
            "<CTestMeasurement type=\"text/string\" name=\"device\">NVIDIA H200</CTestMeasurement>\n");
}

TEST(MeasurementsTest, escapes_what_would_cut_a_value) {
  EXPECT_EQ(tag("x", "a<b & \"c\">d\ne"),
            "<CTestMeasurement type=\"text/string\" name=\"x\">a&lt;b &amp; &quot;c&quot;&gt;d e</CTestMeasurement>\n");
}

TEST(MeasurementsTest, writes_what_is_no_finite_number_as_text) {
  EXPECT_EQ(tag("m", std::numeric_limits<double>::infinity()),
            "<CTestMeasurement type=\"text/string\" name=\"m\">inf</CTestMeasurement>\n");
}

TEST(MeasurementsTest, refuses_names_that_ctest_would_drop) {
  for (const char* name : {"", "a b", "a<b", "a~b", "µs"}) EXPECT_THROW(tag(name, 1.0), std::invalid_argument) << name;
}

TEST(MeasurementsTest, makes_a_name_of_any_path) {
  EXPECT_EQ(measurement_name("nn_mha.fast ~ slow-2"), "nn_mha.fast___slow-2");
}

TEST(MeasurementsTest, tells_a_test_by_its_figures_and_paths) {
  std::ostringstream out;
  write_measurements(out, sample_results());
  const std::string text = out.str();
  for (const char* expected :
       {"name=\"cases\">1234<", "name=\"cases_per_second\">154.25<", "name=\"worst_margin\">0.3125<",
        "name=\"seed\">0xffffffffffffffff<", "name=\"share.reference\">0.25<",
        "name=\"nn_mha_fast.flash.median_us\">81.25<", "name=\"nn_mha_slow.runs\">7<"}) {
    EXPECT_NE(text.find(expected), std::string::npos) << expected << " in\n" << text;
  }
}

TEST(MeasurementsTest, tells_one_of_several_properties_by_names_of_its_own) {
  std::ostringstream out;
  write_member_measurements(out, sample_results());
  const std::string text = out.str(), name = sample_results().context.run.property;
  for (const std::string expected : {".status\">", ".cases\">1234<", ".worst_margin\">0.3125<"}) {
    EXPECT_NE(text.find("name=\"" + name + expected), std::string::npos) << expected << " in\n" << text;
  }
}

TEST(MeasurementsTest, gives_no_median_for_a_path_that_was_never_timed) {
  Results results = sample_results();
  results.report.paths[0].times_us.clear();
  std::ostringstream out;
  write_measurements(out, results);
  EXPECT_EQ(out.str().find("nn_mha_fast.flash.median_us"), std::string::npos);
}

}  // namespace
}  // namespace attngate::test
