#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "attngate/base/fields.h"
#include "attngate/base/results_error.h"

namespace attngate {

/// Fields stay in the order in which they are written.
using json = nlohmann::ordered_json;

/// A number as JSON, which has no inf and no nan: those become text.
json number(double value);

/// A seed as JSON: text like "0x2a", since numbers above 2^53 lose digits in many readers.
std::string seed_text(std::uint64_t seed);

/// The text of a file; bytes that are no UTF-8, as error texts of libraries may hold, are replaced.
std::string text_of(const json& object);

/// The JSON of a file; throws ResultsError when it is none.
json parsed_json(const std::string& text);

/// Where a key of a description lies: "a.b" is `b` of the object `a`, which is made where it is missing.
json& place_of(json& object, std::string_view key);
/// The same, null where it is missing.
const json* find_field(const json& object, std::string_view key);

template <Described Record>
void write_fields(json& object, const Record& record);

/// Whether it is an empty text or list, or a number that is 0.
template <typename Value>
bool is_empty(const Value& value) {
  if constexpr (requires { value.empty(); }) {
    return value.empty();
  } else if constexpr (std::is_arithmetic_v<Value>) {
    return value == 0;
  }
  return false;
}

/// A value as JSON: an enumeration by its to_string(), null for an empty optional, a record by its description.
template <typename Value>
json json_of(const Value& value) {
  if constexpr (Described<Value>) {
    json object = json::object();
    write_fields(object, value);
    return object;
  } else if constexpr (is_optional<Value>) {
    return value ? json_of(*value) : json(nullptr);
  } else if constexpr (is_vector<Value>) {
    json list = json::array();
    for (const typename Value::value_type& item : value) list.push_back(json_of(item));
    return list;
  } else if constexpr (std::is_enum_v<Value>) {
    return to_string(value);
  } else if constexpr (std::is_same_v<Value, double>) {
    return number(value);
  } else {
    return value;
  }
}

/// Writes a record's fields into the object, by its description.
template <Described Record>
void write_fields(json& object, const Record& record) {
  for_each_field<Record>([&](const auto& field) {
    const auto& value = record.*field.member;
    if constexpr (std::decay_t<decltype(field)>::place == Place::beside) {
      write_fields(object, value);
    } else if constexpr (std::decay_t<decltype(field)>::place == Place::under_key) {
      if (field.left_out_when_empty && is_empty(value)) return;
      json& place = place_of(object, field.key);
      place = json_of(value);
      if constexpr (std::is_same_v<decltype(value), const std::uint64_t&>) {
        if (field.is_seed) place = seed_text(value);
      }
    }
  });
}

/// One JSON object on its way in; remembers where it is, for the error texts. Every read throws ResultsError when the
/// field is missing or of another kind; fields that nobody reads are left alone.
class LenientObject {
 public:
  /// `where` names the object; empty for the whole file. The object outlives this.
  LenientObject(const json& object, std::string where);

  template <typename Value>
  void read(const char* key, Value& value) const {
    read_value(at(key), name(key), value);
  }

  /// Reads a record's fields by its description.
  template <Described Record>
  void read(Record& record) const {
    for_each_field<Record>([&](const auto& field) {
      constexpr Place place = std::decay_t<decltype(field)>::place;
      if constexpr (place == Place::beside) read(record.*field.member);
      if constexpr (place == Place::under_key) read_field(field, record.*field.member);
    });
  }

  /// Calls `read_item(LenientObject)` for each object of a list.
  template <typename ReadItem>
  void read_list(const char* key, const ReadItem& read_item) const {
    const json& list = at(key);
    check(list.is_array(), name(key), "a list");
    for (std::size_t index = 0; index < list.size(); ++index)
      read_item(LenientObject(list[index], item(name(key), index)));
  }

  LenientObject object(const char* key) const { return {at(key), name(key)}; }

  [[noreturn]] void refuse(const char* key, const std::string& allowed) const { refuse_value(name(key), allowed); }

 private:
  std::string name(const char* key) const { return where_.empty() ? key : where_ + "." + key; }
  static std::string item(const std::string& where, std::size_t index) {
    return where + "[" + std::to_string(index) + "]";
  }
  /// Throws where there is none.
  const json& at(const char* key) const;
  static void check(bool fits, const std::string& where, const char* allowed) {
    if (!fits) refuse_value(where, allowed);
  }
  [[noreturn]] static void refuse_value(const std::string& where, const std::string& allowed);
  static std::uint64_t seed_of(const json& value, const std::string& where);
  static double number_of(const json& value, const std::string& where);
  [[noreturn]] static void refuse_name(const std::string& where, const std::vector<std::string>& names);

  template <typename OneField, typename Value>
  void read_field(const OneField& field, Value& value) const {
    const char* key = field.key;
    if (field.old_key != nullptr && find_field(object_, key) == nullptr) key = field.old_key;
    if ((field.is_newer || field.left_out_when_empty) && find_field(object_, key) == nullptr) return;
    if constexpr (std::is_same_v<Value, std::uint64_t>) {
      if (field.is_seed) return void(value = seed_of(at(key), name(key)));
    }
    read(key, value);
  }

  template <typename Value>
  static void read_value(const json& value, const std::string& where, Value& into) {
    if constexpr (Described<Value>) {
      LenientObject(value, where).read(into);
    } else if constexpr (is_optional<Value>) {
      into.reset();
      if (!value.is_null()) read_value(value, where, into.emplace());
    } else if constexpr (is_vector<Value>) {
      check(value.is_array(), where, "a list");
      into.clear();
      for (std::size_t index = 0; index < value.size(); ++index) {
        typename Value::value_type one{};
        read_value(value[index], item(where, index), one);
        into.push_back(std::move(one));
      }
    } else if constexpr (is_map<Value>) {
      const LenientObject object(value, where);
      for (const auto& [key, one] : value.items()) read_value(one, object.name(key.c_str()), into[key]);
    } else if constexpr (std::is_enum_v<Value>) {
      const std::optional<Value> one =
          value.is_string() ? named<Value>(value.template get<std::string>()) : std::nullopt;
      if (!one) refuse_name(where, names_of<Value>());
      into = *one;
    } else if constexpr (std::is_same_v<Value, bool>) {
      check(value.is_boolean(), where, "true or false");
      into = value.get<bool>();
    } else if constexpr (std::is_same_v<Value, double>) {
      into = number_of(value, where);
    } else if constexpr (std::is_unsigned_v<Value>) {
      check(value.is_number_unsigned(), where, "a whole number from 0 on");
      into = value.get<Value>();
    } else {
      static_assert(std::is_same_v<Value, std::string>, "no reader for this type");
      check(value.is_string(), where, "text");
      into = value.get<std::string>();
    }
  }

  const json& object_;
  std::string where_;
};

/// Throws ResultsError unless `schema` is this one and `version` is this one or, where there is an older one that can
/// be read too, from that on.
void check_schema(const LenientObject& fields, const char* schema, std::uint64_t version, std::uint64_t oldest = 0);

}  // namespace attngate
