#pragma once

#include <string>
#include <vector>

#include "attngate/report/results.h"

namespace attngate {

/// Writes the results of several tests as one JSON file, see docs/results.md; throws ResultsError.
void write_results_list(const std::string& path, const std::vector<Results>& results);

/// Is this the text of such a file?
bool is_results_list(const std::string& text);

}  // namespace attngate
