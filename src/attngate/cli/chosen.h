#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "attngate/case/dtype.h"

namespace attngate {

class PathRegistry;
struct Property;

// What the texts of the common options come to. All throw UsageError naming the option, the text and what there is.

/// The seed that `--seed` or ATTNGATE_SEED gives, else the default of runs that name none; `random` draws one.
std::uint64_t chosen_seed(const std::string& text);

/// The dtypes of these names.
std::vector<DType> parse_dtypes(const std::vector<std::string>& names);

/// The same, each once; `unless_given` where there is none.
std::vector<DType> chosen_dtypes(const std::vector<std::string>& names, std::vector<DType> unless_given);

/// "did you mean ...? `attngate list` shows all", for a path or property that there is not.
std::string nearest_or_list(const std::string& written, const std::vector<std::string>& names);

/// The properties of these names, none for none.
std::vector<const Property*> chosen_properties(const std::vector<std::string>& names);

/// Whether this is a path or a family of paths of the registry; `option` is told where it is not.
void check_path_name(const PathRegistry& registry, const std::string& option, const std::string& name);

/// The same for each name of `--path`.
void check_path_names(const PathRegistry& registry, const std::vector<std::string>& names);

}  // namespace attngate
