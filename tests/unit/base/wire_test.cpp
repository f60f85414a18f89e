#include "attngate/base/wire.h"

#include <gtest/gtest.h>

#include "attngate/verdict/verdict.h"

namespace attngate::test {
namespace {

struct Inner {
  std::uint8_t number = 0;
  std::vector<std::string> texts;
  bool operator==(const Inner&) const = default;
};
constexpr auto describe(const Inner*) { return fields(keyless(&Inner::number), keyless(&Inner::texts)); }

struct Outer {
  std::optional<Inner> maybe;
  std::vector<Inner> list;
  std::optional<double> none;
  PathStatus status = PathStatus::ok;
  bool operator==(const Outer&) const = default;
};
constexpr auto describe(const Outer*) {
  return fields(keyless(&Outer::maybe), keyless(&Outer::list), keyless(&Outer::none), keyless(&Outer::status));
}

const Outer outer{Inner{3, {"a", ""}}, {{1, {}}, {2, {"\xff"}}}, std::nullopt, PathStatus::hung};

TEST(WireTest, gives_back_records_within_records) {
  EXPECT_EQ(decode<Outer>(encode(outer)), outer);
  EXPECT_EQ(decode<Outer>(encode(Outer{})), Outer{});
}

TEST(WireTest, knows_the_fewest_bytes_of_a_value) {
  EXPECT_EQ(least_wire_bytes<Inner>(), 1 + sizeof(std::uint64_t));
  EXPECT_EQ(least_wire_bytes<Outer>(), encode(Outer{}).size());
}

TEST(WireTest, refuses_a_list_that_would_be_longer_than_the_message) {
  WireWriter writer;
  writer.put(false);
  writer.put(std::uint64_t{1} << 60);
  EXPECT_THROW(decode<Outer>(writer.take()), WireError);
}

TEST(WireTest, refuses_a_message_cut_at_any_byte) {
  const std::string whole = encode(outer);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THROW(decode<Outer>(whole.substr(0, length)), WireError) << length;
  }
}

TEST(WireTest, refuses_a_number_that_no_enumerator_has) {
  Outer unknown = outer;
  unknown.status = static_cast<PathStatus>(99);
  EXPECT_THROW(decode<Outer>(encode(unknown)), WireError);
}

}  // namespace
}  // namespace attngate::test
