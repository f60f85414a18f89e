#include "attngate/report/results_list.h"

#include <nlohmann/json.hpp>

#include "attngate/base/atomic_file.h"
#include "attngate/report/results_json.h"

namespace attngate {
namespace {

constexpr const char* schema_name = "attngate.results_list";

}  // namespace

bool is_results_list(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_object() && json.contains("schema") && json["schema"] == schema_name;
}

void write_results_list(const std::string& path, const std::vector<Results>& results) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Results& one : results) list.push_back(nlohmann::ordered_json::parse(results_to_json(one)));
  const nlohmann::ordered_json json = {{"schema", schema_name}, {"version", 1}, {"results", list}};
  write_atomically(path, json.dump(2) + "\n");
}

}  // namespace attngate
