#include "attngate/base/strict_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "attngate/base/gate_data_error.h"
#include "attngate/base/input_file.h"

namespace attngate {

using json = nlohmann::ordered_json;

StrictObject::StrictObject(const json& value, std::string where) : object_(&value), where_(std::move(where)) {
  if (!value.is_object()) refuse("allowed is an object");
}

void StrictObject::refuse(const std::string& what) const { throw GateDataError(where_ + ": " + what); }

void StrictObject::refuse(const char* key, const std::string& allowed) const {
  refuse(fmt::format("field '{}': allowed is {}", key, allowed));
}

const json& StrictObject::at(const char* key) {
  asked_.insert(key);
  const auto found = object_->find(key);
  if (found == object_->end()) refuse(fmt::format("field '{}' is missing", key));
  return *found;
}

std::string StrictObject::text(const char* key) {
  const json& value = at(key);
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) refuse(key, "text that is not empty");
  return value.get<std::string>();
}

std::string StrictObject::optional_text(const char* key) { return object_->contains(key) ? text(key) : std::string(); }

std::string StrictObject::one_of(const char* key, const std::vector<std::string>& allowed) {
  std::string value = text(key);
  if (std::ranges::find(allowed, value) == allowed.end()) {
    refuse(key, fmt::format("{}; this is '{}'", fmt::join(allowed, ", "), value));
  }
  return value;
}

double StrictObject::finite(const char* key) {
  const json& value = at(key);
  if (!value.is_number() || !std::isfinite(value.get<double>())) refuse(key, "a finite number");
  return value.get<double>();
}

std::uint64_t StrictObject::count(const char* key) {
  const json& value = at(key);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() == 0) refuse(key, "a whole number of 1 or more");
  return value.get<std::uint64_t>();
}

double StrictObject::positive(const char* key) {
  const json& value = at(key);
  if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() <= 0) {
    refuse(key, "a number above 0");
  }
  return value.get<double>();
}

std::vector<double> StrictObject::positives(const char* key) {
  const json& list = at(key);
  std::vector<double> values;
  if (list.is_array()) {
    for (const json& value : list) {
      if (value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() > 0) {
        values.push_back(value.get<double>());
      }
    }
  }
  if (values.empty() || values.size() != list.size()) refuse(key, "a list of numbers above 0, one or more");
  return values;
}

int StrictObject::schema(const char* name, const std::vector<int>& versions) {
  if (text("schema") != name) refuse("schema", fmt::format("\"{}\"", name));
  const auto found = std::ranges::find(versions, positive("version"));
  if (found == versions.end()) refuse("version", fmt::format("{}", fmt::join(versions, " or ")));
  return *found;
}

StrictObject StrictObject::object(const char* key) { return {at(key), fmt::format("{}: {}", where_, key)}; }

std::vector<StrictObject> StrictObject::objects(const char* key) {
  const json& list = at(key);
  if (!list.is_array()) refuse(key, "a list");
  std::vector<StrictObject> result;
  for (std::size_t index = 0; index < list.size(); ++index) {
    result.emplace_back(list[index], fmt::format("{}: {}[{}]", where_, key, index));
  }
  return result;
}

bool StrictObject::holds(const char* key, std::string_view text) const {
  const auto found = object_->find(key);
  return found != object_->end() && found->is_string() && found->get_ref<const std::string&>() == text;
}

void StrictObject::name(const std::string& by) { where_ += fmt::format(" ({})", by); }

void StrictObject::finish() const {
  for (const auto& [key, value] : object_->items()) {
    if (!asked_.contains(key)) refuse(fmt::format("field '{}' is unknown", key));
  }
}

json parse_json(const std::string& text, const std::string& where) {
  std::vector<std::set<std::string>> keys_seen;
  std::string twice;
  // Of two equal keys the library keeps one and tells nobody.
  const auto watch = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) keys_seen.emplace_back();
    if (event == json::parse_event_t::object_end) keys_seen.pop_back();
    if (event == json::parse_event_t::key && !keys_seen.back().insert(parsed.get<std::string>()).second) {
      twice = parsed.get<std::string>();
    }
    return true;
  };
  json value = json::parse(text, watch, false);
  if (value.is_discarded()) throw GateDataError(where + ": is not JSON, or only a part of it");
  if (!twice.empty()) throw GateDataError(fmt::format("{}: field '{}' comes twice in one object", where, twice));
  return value;
}

std::string read_gate_file(const std::string& path, const std::string& where) {
  InputText input = read_input(path);
  if (!input.problem.empty()) throw GateDataError(fmt::format("{}: cannot be read: {}", where, input.problem));
  return std::move(input.text);
}

}  // namespace attngate
