#include "attngate/gates/gate_bounds.h"
#include "attngate/source_folders.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "attngate/base/gate_data_error.h"
#include "unit/edited_text.h"
#include "unit/refusal.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

const char* const good_file = R"({"schema": "attngate.gate_bounds", "version": 1, "bounds": [
  {"gate": "gate.a", "quantity": "gpu_time", "kind": "upper_ratio", "about": "A against B.",
   "values": [{"compute_capability": "9.0", "value": 1.01, "source": "measured"},
              {"compute_capability": "10.0", "value": 2, "source": "as well"}]},
  {"gate": "gate.b", "quantity": "peak_bytes", "kind": "floor", "about": "C.", "values": "uncalibrated"}]})";

std::string refusal(const std::string& text) {
  return refusal_by<GateDataError>([&] { parse_gate_bounds(text, "F"); });
}

TEST(GateBoundsTest, reads_every_field) {
  const auto bounds = parse_gate_bounds(good_file, "F");
  ASSERT_EQ(bounds.size(), 2u);
  EXPECT_EQ(bounds[0], (GateBound{.gate = "gate.a",
                                  .quantity = "gpu_time",
                                  .kind = BoundKind::upper_ratio,
                                  .about = "A against B.",
                                  .values = {{"9.0", 1.01, "measured"}, {"10.0", 2, "as well"}}}));
  EXPECT_TRUE(bounds[1].values.empty());
}

TEST(GateBoundsTest, reads_and_writes_the_clock_that_a_value_is_for) {
  const std::string text =
      with(good_file, "\"value\": 1.01", "\"value\": 1.01, \"clock_exponent\": -0.42, \"reference_mhz\": 1980");
  const auto bounds = parse_gate_bounds(text, "F");
  EXPECT_EQ(bounds[0].values[0].clock, (ClockTerm{-0.42, 1980}));
  EXPECT_EQ(bounds[0].values[1].clock, ClockTerm{});
  EXPECT_EQ(parse_gate_bounds(gate_bounds_to_json(bounds), "F"), bounds);
  EXPECT_EQ(choose_bound(bounds, "gate.a", {"9.0"}).clock, (ClockTerm{-0.42, 1980}));
}

TEST(GateBoundsTest, refuses_a_clock_exponent_that_cannot_be) {
  const auto of = [](const std::string& fields) {
    return refusal(with(good_file, "\"value\": 1.01", "\"value\": 1.01, " + fields));
  };
  EXPECT_EQ(of("\"clock_exponent\": 1.5, \"reference_mhz\": 1980"),
            "F: bounds[0] (gate.a): values[0]: field 'clock_exponent': allowed is -1 to 1");
  const std::string together =
      "F: bounds[0] (gate.a): values[0]: clock_exponent and reference_mhz come together: an exponent that is not 0, "
      "and a clock above 0";
  EXPECT_EQ(of("\"clock_exponent\": 0.5"), together);
  EXPECT_EQ(of("\"reference_mhz\": 1980"), together);
  EXPECT_EQ(of("\"clock_exponent\": 0.5, \"reference_mhz\": -1"), together);
}

TEST(GateBoundsTest, names_file_entry_and_field_of_what_is_wrong) {
  EXPECT_EQ(refusal(std::string(good_file).substr(0, 200)), "F: is not JSON, or only a part of it");
  EXPECT_EQ(refusal(""), "F: is not JSON, or only a part of it");
  EXPECT_EQ(refusal("[]"), "F: allowed is an object");
  EXPECT_EQ(refusal("{}"), "F: field 'schema' is missing");
  EXPECT_EQ(refusal(with(good_file, "attngate.gate_bounds", "other")),
            "F: field 'schema': allowed is \"attngate.gate_bounds\"");
  EXPECT_EQ(refusal(with(good_file, "\"version\": 1", "\"version\": 2")), "F: field 'version': allowed is 1");
  EXPECT_EQ(refusal(with(good_file, "\"version\": 1", "\"version\": 1, \"colour\": 3")),
            "F: field 'colour' is unknown");
  EXPECT_EQ(refusal(with(good_file, "\"about\": \"A against B.\"", "\"abuot\": \"A\"")),
            "F: bounds[0] (gate.a): field 'about' is missing");
  EXPECT_EQ(refusal(with(good_file, "\"about\": \"A against B.\"", "\"about\": 3")),
            "F: bounds[0] (gate.a): field 'about': allowed is text that is not empty");
  EXPECT_EQ(refusal(with(good_file, "\"about\": \"C.\"", "\"about\": \"C.\", \"bound\": 3")),
            "F: bounds[1] (gate.b): field 'bound' is unknown");
  EXPECT_EQ(refusal(with(good_file, "upper_ratio", "upper")),
            "F: bounds[0] (gate.a): field 'kind': allowed is upper_ratio, required_speedup, floor; this is 'upper'");
  EXPECT_EQ(refusal(with(good_file, "peak_bytes", "bytes")),
            "F: bounds[1] (gate.b): field 'quantity': allowed is isolated_latency, gpu_time, throughput, peak_bytes, "
            "share_of_product_peak, "
            "share_of_copy_bandwidth; this is 'bytes'");
  EXPECT_EQ(refusal(with(good_file, "\"gate.b\"", "\"gate.a\"")), "F: bounds[1] (gate.a): this gate comes twice");
  EXPECT_EQ(refusal(with(good_file, "\"gate.b\"", "\"b\"")),
            "F: bounds[1] (b): field 'gate': allowed is a name that starts with 'gate.'");
}

TEST(GateBoundsTest, wants_a_number_with_its_source_or_none_at_all) {
  EXPECT_EQ(refusal(with(good_file, ", \"source\": \"measured\"", "")),
            "F: bounds[0] (gate.a): values[0]: field 'source' is missing");
  EXPECT_EQ(refusal(with(good_file, "\"measured\"", "\"\"")),
            "F: bounds[0] (gate.a): values[0]: field 'source': allowed is text that is not empty");
  for (const char* value : {"0", "-1", "\"1.01\"", "null", "true", "[1]"}) {
    EXPECT_EQ(refusal(with(good_file, "1.01", value)),
              "F: bounds[0] (gate.a): values[0]: field 'value': allowed is a number above 0")
        << value;
  }
  EXPECT_EQ(refusal(with(good_file, "1.01", "1e999")), "F: is not JSON, or only a part of it");
  EXPECT_EQ(refusal(with(good_file, "\"10.0\"", "\"9.0\"")),
            "F: bounds[0] (gate.a): values[1]: compute capability 9.0 comes twice");
  for (const char* capability : {"90", "9.", ".0", "sm_90", "9.0a"}) {
    EXPECT_EQ(refusal(with(good_file, "10.0", capability)),
              "F: bounds[0] (gate.a): values[1]: field 'compute_capability': allowed is text like \"9.0\", or \"cpu\"");
  }
  EXPECT_EQ(refusal(with(good_file, "\"uncalibrated\"", "[]")),
            "F: bounds[1] (gate.b): field 'values': allowed is a list of one or more, or \"uncalibrated\"");
  EXPECT_EQ(refusal(with(good_file, "\"uncalibrated\"", "\"later\"")),
            "F: bounds[1] (gate.b): field 'values': allowed is a list");
}

TEST(GateBoundsTest, refuses_a_key_that_comes_twice) {
  EXPECT_EQ(refusal(with(good_file, "\"value\": 1.01", "\"value\": 1.01, \"value\": 9")),
            "F: field 'value' comes twice in one object");
}

TEST(GateBoundsTest, names_a_file_that_cannot_be_read) {
  const ScratchFolder folder;
  const auto message = [](const std::string& path) {
    try {
      read_gate_bounds(path);
    } catch (const GateDataError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message(folder / "none.json"),
            "gate bounds '" + folder / "none.json" + "': cannot be read: No such file or directory");
  write_text(folder / "empty.json", "");
  EXPECT_EQ(message(folder / "empty.json"),
            "gate bounds '" + folder / "empty.json" + "': is not JSON, or only a part of it");
  EXPECT_NE(message(folder.path()), "accepted");
}

TEST(GateBoundsTest, chooses_only_what_was_calibrated_for_this_gpu) {
  const auto bounds = parse_gate_bounds(good_file, "F");
  const BoundChoice found = choose_bound(bounds, "gate.a", {"9.0"});
  ASSERT_TRUE(found.bound);
  EXPECT_EQ(*found.bound, (Bound{BoundKind::upper_ratio, 1.01}));
  EXPECT_EQ(found.source, "measured");
  EXPECT_EQ(found.skip_reason, "");
  EXPECT_EQ(choose_bound(bounds, "gate.a", {"8.0"}).skip_reason,
            "gate.a is uncalibrated for compute capability 8.0 (calibrated for 9.0, 10.0); 'attngate gate calibrate' "
            "on such a GPU proposes a bound");
  EXPECT_EQ(
      choose_bound(bounds, "gate.b", {"9.0"}).skip_reason,
      "gate.b is uncalibrated for compute capability 9.0; 'attngate gate calibrate' on such a GPU proposes a bound");
  EXPECT_EQ(choose_bound(bounds, "gate.c", {"9.0"}).skip_reason,
            "no bound is stated for gate.c; add an entry to the file of bounds");
  EXPECT_FALSE(choose_bound(bounds, "gate.c", {"9.0"}).bound);
}

TEST(GateBoundsTest, takes_a_calibrated_value_for_one_gpu) {
  auto bounds = parse_gate_bounds(good_file, "F");
  set_value(bounds, "gate.b", {"9.0", 0.4, "calibrated"});
  set_value(bounds, "gate.a", {"9.0", 1.02, "calibrated"});
  EXPECT_EQ(choose_bound(bounds, "gate.b", {"9.0"}).bound->value, 0.4);
  EXPECT_EQ(choose_bound(bounds, "gate.a", {"9.0"}).bound->value, 1.02);
  EXPECT_EQ(choose_bound(bounds, "gate.a", {"10.0"}).bound->value, 2);
  EXPECT_THROW(set_value(bounds, "gate.c", {"9.0", 1, "calibrated"}), std::invalid_argument);
}

TEST(GateBoundsTest, prefers_the_value_of_the_very_device_and_takes_none_of_another_device) {
  auto bounds = parse_gate_bounds(good_file, "F");
  set_value(bounds, "gate.a", {"9.0", 1.5, "calibrated", "NVIDIA H200"});
  set_value(bounds, "gate.b", {"9.0", 0.4, "calibrated", "NVIDIA H200"});
  EXPECT_EQ(choose_bound(bounds, "gate.a", {"9.0", "NVIDIA H200"}).bound->value, 1.5);
  EXPECT_EQ(choose_bound(bounds, "gate.a", {"9.0", "NVIDIA H100"}).bound->value, 1.01);
  EXPECT_EQ(choose_bound(bounds, "gate.b", {"9.0", "NVIDIA H200"}).bound->value, 0.4);
  EXPECT_EQ(choose_bound(bounds, "gate.b", {"9.0", "NVIDIA H100"}).skip_reason,
            "gate.b is uncalibrated for NVIDIA H100, compute capability 9.0 (calibrated for NVIDIA H200); 'attngate "
            "gate calibrate' on such a "
            "GPU proposes a bound");
  EXPECT_EQ(parse_gate_bounds(gate_bounds_to_json(bounds), "F"), bounds);
}

TEST(GateBoundsTest, the_repository_s_own_file_is_read_and_written_the_same) {
  const auto bounds = read_gate_bounds(gate_bounds_file);
  EXPECT_GE(bounds.size(), 40u);
  EXPECT_EQ(gate_bounds_to_json(bounds), file_text(gate_bounds_file));
  EXPECT_EQ(choose_bound(bounds, "gate.roofline.sdpa.head_dim_128.bf16", {"9.0"}).bound->value, 0.28);
  EXPECT_EQ(choose_bound(bounds, "gate.self.from_200us", {"9.0"}).bound->value, 1.01);
  EXPECT_FALSE(choose_bound(bounds, "gate.roofline.sdpa.head_dim_128.bf16", {"8.0"}).bound);
}

RC_GTEST_PROP(GateBoundsTest, gives_back_what_was_written, ()) {
  const auto word = rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange<char>(' ', 127)));
  GateBound bound;
  bound.gate = "gate." + *word;
  bound.quantity = *rc::gen::elementOf(known_quantities());
  bound.kind = *rc::gen::elementOf(
      std::vector<BoundKind>{BoundKind::upper_ratio, BoundKind::required_speedup, BoundKind::floor});
  bound.about = *word;
  const auto count = *rc::gen::inRange(0, 4);
  for (int index = 0; index < count; ++index) {
    bound.values.push_back({std::to_string(index) + ".0", *rc::gen::inRange(1, 1000000) / 997.0, *word});
  }
  RC_ASSERT(parse_gate_bounds(gate_bounds_to_json({bound}), "F") == std::vector<GateBound>{bound});
}

RC_GTEST_PROP(GateBoundsTest, survives_any_cut_of_the_text, ()) {
  const std::string text = good_file;
  const auto length = *rc::gen::inRange<std::size_t>(0, text.size());
  RC_ASSERT(refusal(text.substr(0, length)) == "F: is not JSON, or only a part of it");
}

}  // namespace
}  // namespace attngate::test
