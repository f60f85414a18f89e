#include "attngate/cli/sweep_files.h"

#include <fmt/format.h>

#include <filesystem>

#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/cli/output_files.h"
#include "attngate/sweep/earlier_output.h"

namespace attngate {
namespace {

constexpr const char *save_path = "--save-path", *error_save_path = "--error-save-path", *json = "--json";

IfThere if_there(const SweepCommandOptions& options) {
  if (options.resume) return IfThere::resume;
  return options.overwrite ? IfThere::overwrite : IfThere::refuse;
}

/// The options, having seen that each file can be written and that they are different ones.
const SweepCommandOptions& checked(const SweepCommandOptions& options) {
  const std::vector<std::pair<const char*, const std::string*>> files = {
      {save_path, &options.save_path}, {error_save_path, &options.error_save_path}, {json, &options.json}};
  for (std::size_t one = 0; one < files.size(); ++one) {
    if (files[one].second->empty()) continue;
    check_writable(*files[one].second, files[one].first);
    for (std::size_t other = 0; other < one; ++other) {
      if (!is_same_file(*files[one].second, *files[other].second)) continue;
      throw UsageError(fmt::format("{} and {} name the same file", files[other].first, files[one].first));
    }
  }
  return options;
}

void take_away(const char* option, const std::string& path) {
  std::error_code error;
  if (!path.empty()) std::filesystem::remove(path, error);
  if (error) throw UsageError(fmt::format("{} {}: cannot be removed: {}", option, printable(path), error.message()));
}

}  // namespace

SweepFiles::SweepFiles(const SweepCommandOptions& options, const SweepPlan& plan)
    : error_counts_(error_save_path, checked(options).error_save_path), json_(json, options.json) {
  const IfThere mode = if_there(options);
  require_writable_over(error_save_path, options.error_save_path, earlier_error_counts_at(options.error_save_path),
                        mode);
  const EarlierOutput earlier_json = earlier_json_at(options.json);
  require_writable_over(json, options.json, earlier_json, mode);
  if (options.resume && earlier_json == EarlierOutput::of_a_sweep && !json_is_of(options.json, plan)) {
    throw UsageError(
        fmt::format("--json {}: is of another sweep than the one that --resume goes on with; name another "
                    "file, or remove that one",
                    printable(options.json)));
  }
  if (!options.save_path.empty()) rows_.emplace(options.save_path, plan, mode);
  take_away(error_save_path, options.error_save_path);
  take_away(json, options.json);
}

}  // namespace attngate
