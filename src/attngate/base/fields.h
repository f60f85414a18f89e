#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace attngate {

/// Where a field stands in files: under its key, in none, or, of a field that is a record, each of its own fields
/// beside the others.
enum class Place { under_key, nowhere, beside };

/// One field of a record: what it is called in files, and where it lies. The wire (base/wire.h), JSON out and lenient
/// in (base/json_fields.h) and strict in (base/strict_json.h) all go by it.
template <typename Record, typename Type, Place in_files = Place::under_key>
struct Field {
  using Value = Type;
  static constexpr Place place = in_files;

  /// Key in files; "shrinking.steps" is the key `steps` of an object `shrinking`.
  const char* key;
  Type Record::*member;
  /// The key by which an older attngate wrote it; null where it had no other.
  const char* old_key = nullptr;
  /// Files of an older attngate lack it: lenient readers leave it alone then.
  bool is_newer = false;
  /// An empty text or list, or a 0, is not written, and no reader demands it.
  bool left_out_when_empty = false;
  /// A number that is written as text like "0x2a", since numbers above 2^53 lose digits in many readers.
  bool is_seed = false;
  /// Names its record for people: strict readers put it into their error texts.
  bool names_record = false;
  /// May be below 0: strict readers demand numbers above 0 else.
  bool takes_any_sign = false;
  /// The only texts that it may hold; null for any.
  const std::vector<std::string>& (*texts)() = nullptr;

  constexpr Field was(const char* former) const { return with(&Field::old_key, former); }
  constexpr Field newer() const { return with(&Field::is_newer, true); }
  constexpr Field unless_empty() const { return with(&Field::left_out_when_empty, true); }
  constexpr Field as_seed() const { return with(&Field::is_seed, true); }
  constexpr Field as_name() const { return with(&Field::names_record, true); }
  constexpr Field of_any_sign() const { return with(&Field::takes_any_sign, true); }
  constexpr Field one_of(const std::vector<std::string>& (*allowed)()) const { return with(&Field::texts, allowed); }

 private:
  template <typename Option>
  constexpr Field with(Option Field::*option, Option value) const {
    Field changed = *this;
    changed.*option = value;
    return changed;
  }
};

template <typename Record, typename Value>
constexpr Field<Record, Value> field(const char* key, Value Record::*member) {
  return {key, member};
}

/// A field that goes over the wire as others do, and into no file on its own.
template <typename Record, typename Value>
constexpr Field<Record, Value, Place::nowhere> keyless(Value Record::*member) {
  return {"", member};
}

/// A field that is a record: in files its own fields stand among those of the record that has it.
template <typename Record, typename Value>
constexpr Field<Record, Value, Place::beside> inlined(Value Record::*member) {
  return {"", member};
}

namespace detail {

struct Anything {
  template <typename Value>
  operator Value() const;  // NOLINT: it stands for a value of any type, and is never called
};

template <typename Record, std::size_t... index>
constexpr bool takes_values(std::index_sequence<index...>) {
  return requires { Record{(static_cast<void>(index), Anything{})...}; };
}

template <typename One, typename Other>
constexpr bool is_same_field(const One& one, const Other& other) {
  if constexpr (std::is_same_v<One, Other>) {
    if (one.member == other.member) return true;
  }
  return *one.key != '\0' && std::string_view(one.key) == other.key;
}

template <typename... Fields>
constexpr bool has_no_field_twice(const Fields&... fields) {
  const auto times = [&](const auto& one) { return (std::size_t{is_same_field(one, fields)} + ...); };
  return ((times(fields) == 1) && ...);
}

}  // namespace detail

/// All fields of a record, in the order in which they are written. Leaving one out, or naming one twice, does not
/// compile.
template <typename Record, typename... Values, Place... places>
consteval std::tuple<Field<Record, Values, places>...> fields(Field<Record, Values, places>... list) {
  constexpr std::size_t count = sizeof...(Values);
  static_assert(detail::takes_values<Record>(std::make_index_sequence<count>()), "a field is described twice");
  static_assert(!detail::takes_values<Record>(std::make_index_sequence<count + 1>()), "a field is not described");
  if (!detail::has_no_field_twice(list...)) throw "a field, or its key, is described twice";
  return {list...};
}

/// A struct with a description beside it: constexpr auto describe(const PathOutcome*) { return fields(...); }
template <typename Record>
concept Described = requires {
  describe(static_cast<const Record*>(nullptr));
};

/// Calls `visit(field)` for each field of the record's description.
template <Described Record, typename Visit>
constexpr void for_each_field(const Visit& visit) {
  constexpr auto list = describe(static_cast<const Record*>(nullptr));
  std::apply([&](const auto&... each) { (visit(each), ...); }, list);
}

/// Whether the number stands for one of the enumerators: to_string() calls any other "unknown ...".
template <typename Enum>
requires std::is_enum_v<Enum>
bool is_enumerator(Enum value) { return !to_string(value).starts_with("unknown"); }

/// The names of an enumeration that counts from 0, by its to_string().
template <typename Enum>
std::vector<std::string> names_of() {
  std::vector<std::string> names;
  for (int number = 0; is_enumerator(static_cast<Enum>(number)); ++number)
    names.push_back(to_string(static_cast<Enum>(number)));
  return names;
}

/// The enumerator of that name; nullopt where there is none.
template <typename Enum>
std::optional<Enum> named(std::string_view name) {
  for (int number = 0; is_enumerator(static_cast<Enum>(number)); ++number) {
    if (to_string(static_cast<Enum>(number)) == name) return static_cast<Enum>(number);
  }
  return std::nullopt;
}

template <typename Type>
inline constexpr bool is_vector = false;
template <typename Item>
inline constexpr bool is_vector<std::vector<Item>> = true;
template <typename Type>
inline constexpr bool is_optional = false;
template <typename Value>
inline constexpr bool is_optional<std::optional<Value>> = true;
template <typename Type>
inline constexpr bool is_map = false;
template <typename Value>
inline constexpr bool is_map<std::map<std::string, Value>> = true;

}  // namespace attngate
