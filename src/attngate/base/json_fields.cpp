#include "attngate/base/json_fields.h"

#include <fmt/format.h>

#include <cmath>

#include "attngate/base/number_text.h"

namespace attngate {

json number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

std::string seed_text(std::uint64_t seed) { return fmt::format("{:#x}", seed); }

std::string text_of(const json& object) { return object.dump(2, ' ', false, json::error_handler_t::replace) + "\n"; }

json parsed_json(const std::string& text) {
  json object = json::parse(text, nullptr, false);
  if (object.is_discarded()) throw ResultsError("is not JSON, or only a part of it");
  return object;
}

json& place_of(json& object, std::string_view key) {
  const std::size_t dot = key.find('.');
  json& inner = object[std::string(key.substr(0, dot))];
  return dot == std::string_view::npos ? inner : place_of(inner, key.substr(dot + 1));
}

const json* find_field(const json& object, std::string_view key) {
  const std::size_t dot = key.find('.');
  const auto found = object.find(std::string(key.substr(0, dot)));
  if (found == object.end()) return nullptr;
  return dot == std::string_view::npos ? &*found : find_field(*found, key.substr(dot + 1));
}

LenientObject::LenientObject(const json& object, std::string where) : object_(object), where_(std::move(where)) {
  if (object_.is_object()) return;
  if (where_.empty()) throw ResultsError("the file: allowed is an object");
  refuse_value(where_, "an object");
}

const json& LenientObject::at(const char* key) const {
  const std::string_view path = key;
  if (const std::size_t dot = path.find('.'); dot != std::string_view::npos) {
    const std::string outer(path.substr(0, dot));
    return object(outer.c_str()).at(key + dot + 1);
  }
  const auto found = object_.find(key);
  if (found == object_.end()) throw ResultsError(fmt::format("field '{}' is missing", name(key)));
  return *found;
}

void LenientObject::refuse_value(const std::string& where, const std::string& allowed) {
  throw ResultsError(fmt::format("field '{}': allowed is {}", where, allowed));
}

void LenientObject::refuse_name(const std::string& where, const std::vector<std::string>& names) {
  std::string text = names.front();
  for (std::size_t i = 1; i < names.size(); ++i) text += (i + 1 < names.size() ? ", " : " or ") + names[i];
  refuse_value(where, text);
}

std::uint64_t LenientObject::seed_of(const json& value, const std::string& where) {
  const std::optional<std::uint64_t> seed = value.is_string() ? parse_number(value.get<std::string>()) : std::nullopt;
  if (!seed) refuse_value(where, "a number below 2^64 as text, like \"0x2a\"");
  return *seed;
}

double LenientObject::number_of(const json& value, const std::string& where) {
  if (value == "inf" || value == "-inf" || value == "nan") return std::stod(value.get<std::string>());
  check(value.is_number(), where, "a number, \"inf\", \"-inf\" or \"nan\"");
  return value.get<double>();
}

void check_schema(const LenientObject& fields, const char* schema, std::uint64_t version, std::uint64_t oldest) {
  std::string found_schema;
  fields.read("schema", found_schema);
  if (found_schema != schema) fields.refuse("schema", fmt::format("\"{}\"", schema));
  std::uint64_t found_version = 0;
  fields.read("version", found_version);
  const bool is_readable =
      found_version == version || (oldest > 0 && found_version >= oldest && found_version < version);
  if (!is_readable) fields.refuse("version", fmt::format("{}, this is {}", version, found_version));
}

}  // namespace attngate
