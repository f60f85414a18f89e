#pragma once

#include <string>
#include <vector>

#include "attngate/report/results.h"

namespace attngate {

inline constexpr const char* results_list_schema = "attngate.results_list";

/// The results of several tests as the text of one JSON file, see docs/results.md. `finished`: whether all that was
/// asked for is in it.
std::string results_list_to_json(const std::vector<Results>& results, bool finished);

/// Is this the text of such a file?
bool is_results_list(const std::string& text);

/// What such a file holds.
struct ResultsList {
  std::vector<Results> results;
  /// Whether all that was asked for is in it.
  bool finished = false;
};

/// Reads it; throws ResultsError for what is missing or wrong.
ResultsList results_list_from_json(const std::string& text);

}  // namespace attngate
