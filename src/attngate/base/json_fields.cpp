#include "attngate/base/json_fields.h"

#include <fmt/format.h>

#include <cmath>

#include "attngate/base/number_text.h"

namespace attngate {
namespace {

bool is_number(const json& value) { return value.is_number() || value == "inf" || value == "-inf" || value == "nan"; }

double number_of(const json& value) {
  return value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>();
}

template <typename Fits>
bool is_list_of(const json& value, const Fits& fits) {
  return value.is_array() && std::all_of(value.begin(), value.end(), fits);
}

}  // namespace

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

Fields::Fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {
  if (!object_.is_object()) {
    throw ResultsError(fmt::format("{}: allowed is an object", where_.empty() ? "the file" : "field '" + where_ + "'"));
  }
}

void Fields::read(const char* key, std::string& value) const {
  value = checked(key, at(key).is_string(), "text").get<std::string>();
}

void Fields::read(const char* key, bool& value) const {
  value = checked(key, at(key).is_boolean(), "true or false").get<bool>();
}

void Fields::read(const char* key, std::uint64_t& value) const {
  value = checked(key, at(key).is_number_unsigned(), "a whole number from 0 on").get<std::uint64_t>();
}

void Fields::read(const char* key, double& value) const {
  value = number_of(checked(key, is_number(at(key)), "a number, \"inf\", \"-inf\" or \"nan\""));
}

void Fields::read(const char* key, std::vector<double>& values) const {
  const json& list = checked(key, is_list_of(at(key), is_number), "a list of numbers");
  values.clear();
  for (const json& item : list) values.push_back(number_of(item));
}

void Fields::read(const char* key, std::vector<std::vector<double>>& lists) const {
  const auto fits = [](const json& list) { return is_list_of(list, is_number); };
  lists.clear();
  for (const json& list : checked(key, is_list_of(at(key), fits), "a list of lists of numbers")) {
    std::vector<double>& values = lists.emplace_back();
    for (const json& item : list) values.push_back(number_of(item));
  }
}

void Fields::read(const char* key, std::vector<bool>& values) const {
  const auto fits = [](const json& item) { return item.is_boolean(); };
  values = checked(key, is_list_of(at(key), fits), "a list of true and false").get<std::vector<bool>>();
}

void Fields::read(const char* key, std::vector<std::string>& values) const {
  const auto fits = [](const json& item) { return item.is_string(); };
  values = checked(key, is_list_of(at(key), fits), "a list of texts").get<std::vector<std::string>>();
}

void Fields::read_seed(const char* key, std::uint64_t& seed) const {
  std::string text;
  read(key, text);
  const auto parsed = parse_number(text);
  if (!parsed) refuse(key, "a number below 2^64 as text, like \"0x2a\"");
  seed = *parsed;
}

void Fields::refuse(const char* key, const std::string& allowed) const {
  throw ResultsError(fmt::format("field '{}': allowed is {}", name(key), allowed));
}

const json& Fields::at(const char* key) const {
  const auto found = object_.find(key);
  if (found == object_.end()) throw ResultsError(fmt::format("field '{}' is missing", name(key)));
  return *found;
}

const json& Fields::checked(const char* key, bool fits, const char* allowed) const {
  if (!fits) refuse(key, allowed);
  return at(key);
}

void check_schema(const Fields& fields, const char* schema, std::uint64_t version) {
  std::string found_schema;
  fields.read("schema", found_schema);
  if (found_schema != schema) fields.refuse("schema", fmt::format("\"{}\"", schema));
  std::uint64_t found_version = 0;
  fields.read("version", found_version);
  if (found_version != version) fields.refuse("version", fmt::format("{}, this is {}", version, found_version));
}

}  // namespace attngate
