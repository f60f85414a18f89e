#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

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

/// One JSON object on its way in; remembers where it is, for the error texts. Every read throws ResultsError when the
/// field is missing or of another kind; fields that nobody reads are left alone.
class Fields {
 public:
  /// `where` names the object; empty for the whole file. The object outlives the Fields.
  Fields(const json& object, std::string where);

  Fields object(const char* key) const { return {at(key), name(key)}; }

  void read(const char* key, std::string& value) const;
  void read(const char* key, bool& value) const;
  void read(const char* key, std::uint64_t& value) const;
  void read(const char* key, double& value) const;
  void read(const char* key, std::vector<double>& values) const;
  void read(const char* key, std::vector<std::vector<double>>& lists) const;
  void read(const char* key, std::vector<bool>& values) const;
  void read(const char* key, std::vector<std::string>& values) const;
  void read_seed(const char* key, std::uint64_t& seed) const;

  /// null gives an empty value.
  template <typename Value>
  void read(const char* key, std::optional<Value>& value) const {
    value.reset();
    if (!at(key).is_null()) read(key, value.emplace());
  }

  template <typename Value>
  void read(const char* key, std::map<std::string, Value>& values) const {
    const Fields fields = object(key);
    for (const auto& [name, item] : fields.object_.items()) fields.read(name.c_str(), values[name]);
  }

  /// Calls `read_item(Fields)` for each object of a list.
  template <typename ReadItem>
  void read_list(const char* key, const ReadItem& read_item) const {
    const json& list = checked(key, at(key).is_array(), "a list");
    for (std::size_t index = 0; index < list.size(); ++index) {
      read_item(Fields(list[index], name(key) + "[" + std::to_string(index) + "]"));
    }
  }

  [[noreturn]] void refuse(const char* key, const std::string& allowed) const;

 private:
  std::string name(const char* key) const { return where_.empty() ? key : where_ + "." + key; }
  const json& at(const char* key) const;
  const json& checked(const char* key, bool fits, const char* allowed) const;

  const json& object_;
  std::string where_;
};

/// Throws ResultsError unless the fields `schema` and `version` are these.
void check_schema(const Fields& fields, const char* schema, std::uint64_t version);

}  // namespace attngate
