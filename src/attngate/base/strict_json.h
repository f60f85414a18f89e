#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace attngate {

/// One JSON object on its way in, of which every key must be asked for: finish() refuses the others.
///
/// Every method throws GateDataError with `where` in front: the file, then the place in it.
class StrictObject {
 public:
  /// Throws unless the value is an object.
  StrictObject(const nlohmann::ordered_json& value, std::string where);

  /// Text that is not empty.
  std::string text(const char* key);
  /// The same, or nothing where the key is missing.
  std::string optional_text(const char* key);
  /// One of these texts.
  std::string one_of(const char* key, const std::vector<std::string>& allowed);
  /// A finite number above 0.
  double positive(const char* key);
  /// A finite number, or 0 where the key is missing.
  double optional_number(const char* key);
  /// A whole number of 1 or more, or 0 where the key is missing.
  std::uint64_t optional_count(const char* key);
  /// A list of finite numbers above 0, one or more.
  std::vector<double> positives(const char* key);
  /// The same, or none where the key is missing.
  std::vector<double> optional_positives(const char* key);
  /// An object.
  StrictObject object(const char* key);
  /// Throws unless `schema` and `version` are these.
  void schema(const char* name, int version);
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

  const nlohmann::ordered_json* object_;
  std::string where_;
  std::set<std::string> asked_;
};

/// The text's JSON; throws GateDataError for other text, and for a key that comes twice in an object.
nlohmann::ordered_json parse_json(const std::string& text, const std::string& where);

/// All of a file; throws GateDataError where it cannot be read.
std::string read_gate_file(const std::string& path, const std::string& where);

}  // namespace attngate
