#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "attngate/base/fields.h"

namespace attngate {

/// One JSON object on its way in, of which every key must be asked for: finish() refuses the others.
///
/// Every method throws GateDataError with `where` in front: the file, then the place in it.
class StrictObject {
 public:
  /// Throws unless the value is an object.
  StrictObject(const nlohmann::ordered_json& value, std::string where);

  /// Reads a record's fields by its description: texts that are not empty, numbers above 0, lists of one or more.
  template <Described Record>
  void read(Record& record) {
    for_each_field<Record>([&](const auto& field) {
      constexpr Place place = std::decay_t<decltype(field)>::place;
      if constexpr (place == Place::beside) read(record.*field.member);
      if constexpr (place == Place::under_key) read_field(field, record.*field.member);
    });
  }

  /// Text that is not empty.
  std::string text(const char* key);
  /// The same, or nothing where the key is missing.
  std::string optional_text(const char* key);
  /// One of these texts.
  std::string one_of(const char* key, const std::vector<std::string>& allowed);
  /// A finite number above 0.
  double positive(const char* key);
  double finite(const char* key);
  /// A whole number of 1 or more.
  std::uint64_t count(const char* key);
  /// A list of finite numbers above 0, one or more.
  std::vector<double> positives(const char* key);
  /// An object.
  StrictObject object(const char* key);
  /// Throws unless `schema` is this one and `version` is one of these; returns the version.
  int schema(const char* name, const std::vector<int>& versions);
  /// A list of objects, each named `where: key[index]`.
  std::vector<StrictObject> objects(const char* key);
  /// Whether the key holds exactly this text.
  bool holds(const char* key, std::string_view text) const;

  /// Appends what names this object for people, such as an entry's gate, to the place in error texts.
  void name(const std::string& by);
  /// Throws for a key that was never asked for.
  void finish() const;
  [[noreturn]] void refuse(const char* key, const std::string& allowed) const;
  [[noreturn]] void refuse(const std::string& what) const;

 private:
  const nlohmann::ordered_json& at(const char* key);
  bool has(const char* key) const { return object_->contains(key); }

  template <typename OneField, typename Value>
  void read_field(const OneField& field, Value& value) {
    const char* key = field.old_key != nullptr && !has(field.key) && has(field.old_key) ? field.old_key : field.key;
    if (field.left_out_when_empty && !has(key)) return;
    if constexpr (std::is_same_v<Value, std::string>) {
      value = field.texts != nullptr ? one_of(key, field.texts()) : text(key);
      if (field.names_record) name(value);
    } else if constexpr (std::is_enum_v<Value>) {
      value = *named<Value>(one_of(key, names_of<Value>()));
    } else if constexpr (std::is_same_v<Value, double>) {
      value = field.takes_any_sign ? finite(key) : positive(key);
    } else if constexpr (std::is_unsigned_v<Value>) {
      value = count(key);
    } else if constexpr (Described<Value>) {
      StrictObject inner = object(key);
      inner.read(value);
      inner.finish();
    } else {
      value = positives(key);
    }
  }

  const nlohmann::ordered_json* object_;
  std::string where_;
  std::set<std::string> asked_;
};

/// The text's JSON; throws GateDataError for other text, and for a key that comes twice in an object.
nlohmann::ordered_json parse_json(const std::string& text, const std::string& where);

/// All of a file; throws GateDataError where it cannot be read.
std::string read_gate_file(const std::string& path, const std::string& where);

}  // namespace attngate
