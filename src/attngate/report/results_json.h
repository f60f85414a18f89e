#pragma once

#include <string>

#include "attngate/report/results.h"

namespace attngate {

/// The JSON text of the results, as docs/results.md describes it, ended by a newline.
std::string results_to_json(const Results& results);

/// Reads that text; throws ResultsError saying what is wrong: no JSON, another schema or version, a field that is
/// missing or of the wrong type. Fields that it does not know are left alone.
Results results_from_json(const std::string& text);

}  // namespace attngate
