#pragma once

#include <string>

namespace attngate {

/// Throws UsageError when the file that an option names cannot be written, before any time is spent; leaves nothing
/// behind. An empty path, that of an option that was not given, is let pass.
void check_writable(const std::string& path, const std::string& option = "--json");

/// The same for a file that is to hold `schema`, and that is not taken away: throws UsageError where anything else is
/// there, such as an input.
void check_replaceable(const std::string& path, const std::string& schema, const std::string& option = "--json");

/// Throws UsageError where the file that an option names is one that the run reads as `input`. Empty paths are let
/// pass.
void check_different(const std::string& option, const std::string& path, const std::string& input,
                     const std::string& input_path);

/// The same for the file that `--json` names, which is to hold `schema`: that of an earlier run is taken away, so that
/// nothing speaks for this one should it die. Throws UsageError where anything else is there.
void make_way_for_json(const std::string& path, const std::string& schema);

/// Whether the paths lead to one file, there or not yet: spelled differently, or by links. An empty path leads nowhere.
bool is_same_file(const std::string& one, const std::string& other);

/// Makes the folder that `--results` names if need be; throws UsageError, before any time is spent, when results cannot
/// be written there. An empty path is let pass.
void check_folder(const std::string& path);

}  // namespace attngate
