#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "unit/scratch_folder.h"

namespace attngate::test {

/// The entries of a `--json` file, one for each property and dtype.
inline nlohmann::json results_in(const std::string& json_file) {
  return nlohmann::json::parse(file_text(json_file)).at("results");
}

}  // namespace attngate::test
