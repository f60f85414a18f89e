#pragma once

#include <string>

namespace attngate {

/// Throws UsageError when the file that an option names cannot be written, before any time is spent; leaves nothing
/// behind. An empty path, that of an option that was not given, is let pass.
void check_writable(const std::string& path, const std::string& option = "--json");

/// The same for the file that `--json` names, which is to hold `schema`: that of an earlier run is taken away, so that
/// nothing speaks for this one should it die. Throws UsageError where anything else is there.
void make_way_for_json(const std::string& path, const std::string& schema);

/// Whether the paths lead to one file, there or not yet: spelled differently, or by links. An empty path leads nowhere.
bool is_same_file(const std::string& one, const std::string& other);

/// Makes the folder that `--results` names if need be; throws UsageError, before any time is spent, when results cannot
/// be written there. An empty path is let pass.
void check_folder(const std::string& path);

}  // namespace attngate
