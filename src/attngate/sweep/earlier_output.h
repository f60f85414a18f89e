#pragma once

#include <string>

#include "attngate/sweep/sweep_plan.h"

namespace attngate {

/// What a sweep does where an earlier one has left its files.
enum class IfThere { refuse, resume, overwrite };

/// What lies at a path that a sweep is to write.
enum class EarlierOutput {
  nothing,     ///< no file, or one in which nothing was measured yet
  of_a_sweep,  ///< what a sweep has left there
  of_others    ///< anything else: no sweep may touch it
};

/// Of the CSV file: a sweep's, by the last columns of its header, with something behind it; another text is of others.
/// Reads the start of the file only.
EarlierOutput earlier_rows_at(const std::string& path);

/// Of the JSON file of error counts: one object of counts by configuration; `{}` is nothing.
EarlierOutput earlier_error_counts_at(const std::string& path);

/// Of the JSON file of everything, by its schema.
EarlierOutput earlier_json_at(const std::string& path);

/// Whether that is of a sweep with the same options.
bool json_is_of(const std::string& path, const SweepPlan& plan);

/// Throws UsageError naming the option, the file and what to do, unless the sweep may write there.
void require_writable_over(const std::string& option, const std::string& path, EarlierOutput there, IfThere if_there);

}  // namespace attngate
