#include "attngate/report/results_list.h"

#include "attngate/base/json_fields.h"
#include "attngate/report/results_json.h"

namespace attngate {

bool is_results_list(const std::string& text) {
  const json file = json::parse(text, nullptr, /*allow_exceptions=*/false);
  return file.is_object() && file.contains("schema") && file["schema"] == results_list_schema;
}

ResultsList results_list_from_json(const std::string& text) {
  const json file = parsed_json(text);
  ResultsList list;
  // Files of an older attngate say nothing of it.
  list.finished = file.value("finished", true);
  if (!file.contains("results") || !file["results"].is_array()) throw ResultsError("results: a list is expected");
  for (const json& one : file["results"]) list.results.push_back(results_from_json(one.dump()));
  return list;
}

std::string results_list_to_json(const std::vector<Results>& results, bool finished) {
  json list = json::array();
  for (const Results& one : results) list.push_back(parsed_json(results_to_json(one)));
  return text_of({{"schema", results_list_schema}, {"version", 1}, {"finished", finished}, {"results", list}});
}

}  // namespace attngate
