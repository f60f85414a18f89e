#include "attngate/base/json_fields.h"

#include <gtest/gtest.h>

#include <limits>

#include "attngate/base/gate_data_error.h"
#include "attngate/base/strict_json.h"

namespace attngate::test {
namespace {

struct Extra {
  double slope = 0;
  bool operator==(const Extra&) const = default;
};
constexpr auto describe(const Extra*) { return fields(field("slope", &Extra::slope).of_any_sign().unless_empty()); }

struct Thing {
  std::string name = "a thing";
  double worst = 1;
  std::uint64_t seed = 1;
  std::vector<double> values = {1};
  Extra extra;
  std::uint64_t added = 7;
  int hidden = 0;
  bool operator==(const Thing&) const = default;
};
constexpr auto describe(const Thing*) {
  return fields(field("name", &Thing::name).was("title"), field("margin.worst", &Thing::worst),
                field("seed", &Thing::seed).as_seed(), field("values", &Thing::values), inlined(&Thing::extra),
                field("added", &Thing::added).newer(), keyless(&Thing::hidden));
}

struct Named {
  std::string name = "n";
  double value = 1;
  Extra extra;
};
constexpr auto describe(const Named*) {
  return fields(field("name", &Named::name).was("title").as_name(), field("value", &Named::value),
                inlined(&Named::extra));
}

Thing read(const json& object) {
  Thing thing;
  LenientObject(object, "").read(thing);
  return thing;
}

std::string strict_refusal(const std::string& text) {
  try {
    const json object = parse_json(text, "F");
    StrictObject fields(object, "F");
    Named named;
    fields.read(named);
    fields.finish();
  } catch (const GateDataError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(JsonFieldsTest, are_written_where_their_keys_say) {
  EXPECT_EQ(json_of(Thing{}).dump(),
            R"({"name":"a thing","margin":{"worst":1.0},"seed":"0x1","values":[1.0],"added":7})");
}

TEST(JsonFieldsTest, come_back_as_they_were_written) {
  Thing thing{"x", -std::numeric_limits<double>::infinity(), 0xffffffffffffffff, {2, 3}, {-0.5}, 9, 0};
  EXPECT_EQ(read(json_of(thing)), thing);
}

TEST(JsonFieldsTest, of_older_files_are_found_under_their_former_keys_or_left_alone) {
  const Thing thing = read({{"title", "old"}, {"margin", {{"worst", "inf"}}}, {"seed", "0x2"}, {"values", {4}}});
  EXPECT_EQ(thing, (Thing{"old", std::numeric_limits<double>::infinity(), 2, {4}, {}, 7, 0}));
}

TEST(JsonFieldsTest, that_are_missing_or_wrong_are_named_with_their_place) {
  const auto refusal = [](json object) {
    try {
      read(object);
    } catch (const ResultsError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  json good = json_of(Thing{});
  EXPECT_EQ(refusal(good), "accepted");
  json bad = good;
  bad.erase("values");
  EXPECT_EQ(refusal(bad), "field 'values' is missing");
  bad = good;
  bad["values"] = {1, "one"};
  EXPECT_EQ(refusal(bad), "field 'values[1]': allowed is a number, \"inf\", \"-inf\" or \"nan\"");
  bad = good;
  bad["margin"] = 3;
  EXPECT_EQ(refusal(bad), "field 'margin': allowed is an object");
  bad["margin"] = {{"best", 3}};
  EXPECT_EQ(refusal(bad), "field 'margin.worst' is missing");
}

TEST(JsonFieldsTest, of_files_by_people_are_read_strictly) {
  EXPECT_EQ(strict_refusal(R"({"name": "n", "value": 2, "slope": -1})"), "accepted");
  EXPECT_EQ(strict_refusal(R"({"title": "n", "value": 2})"), "accepted");
  EXPECT_EQ(strict_refusal(R"({"name": "n", "title": "n", "value": 2})"), "F (n): field 'title' is unknown");
  EXPECT_EQ(strict_refusal(R"({"name": "", "value": 2})"), "F: field 'name': allowed is text that is not empty");
  EXPECT_EQ(strict_refusal(R"({"name": "n", "value": -2})"), "F (n): field 'value': allowed is a number above 0");
  EXPECT_EQ(strict_refusal(R"({"name": "n", "value": 2, "slope": "up"})"),
            "F (n): field 'slope': allowed is a finite number");
}

}  // namespace
}  // namespace attngate::test
