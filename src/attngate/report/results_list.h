#pragma once

#include <string>
#include <vector>

#include "attngate/report/results.h"

namespace attngate {

inline constexpr const char* results_list_schema = "attngate.results_list";

/// Writes the results of several tests as one JSON file, see docs/results.md; throws ResultsError. `finished`: whether
/// all that was asked for is in it.
void write_results_list(const std::string& path, const std::vector<Results>& results, bool finished);

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
