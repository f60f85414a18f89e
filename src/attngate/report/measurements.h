#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "attngate/report/results.h"

namespace attngate {

/// `text` as a measurement name: every character outside [A-Za-z0-9_.-] becomes '_'.
std::string measurement_name(std::string_view text);

/// Writes one numeric CTest measurement tag on a line of its own and flushes; a value that is no finite number is
/// written as text. Throws std::invalid_argument for a name with other characters than [A-Za-z0-9_.-], or without any.
void write_measurement(std::ostream& out, std::string_view name, double value);

/// The same for text; <, >, & and quotes are escaped, control characters become spaces.
void write_measurement(std::ostream& out, std::string_view name, std::string_view value);

/// Writes what CTest keeps of a test: status, device, seed, cases, cases_per_second, worst_margin and its path,
/// share.<phase>, and per path <path>.median_us, <path>.runs and <path>.worst_margin.
void write_measurements(std::ostream& out, const Results& results);

/// The same for one of several properties that share a CTest test, in brief: <property>.status, .seed, .cases,
/// .cases_per_second, .worst_margin and .worst_path.
void write_member_measurements(std::ostream& out, const Results& results);

}  // namespace attngate
