#include "attngate/report/results_list.h"

#include "attngate/base/atomic_file.h"
#include "attngate/base/json_fields.h"
#include "attngate/report/results_json.h"

namespace attngate {

bool is_results_list(const std::string& text) {
  const json file = json::parse(text, nullptr, /*allow_exceptions=*/false);
  return file.is_object() && file.contains("schema") && file["schema"] == results_list_schema;
}

void write_results_list(const std::string& path, const std::vector<Results>& results, bool finished) {
  json list = json::array();
  for (const Results& one : results) list.push_back(parsed_json(results_to_json(one)));
  write_atomically(
      path, text_of({{"schema", results_list_schema}, {"version", 1}, {"finished", finished}, {"results", list}}));
}

}  // namespace attngate
