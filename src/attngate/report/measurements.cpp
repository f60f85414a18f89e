#include "attngate/report/measurements.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <stdexcept>

namespace attngate {
namespace {

bool allowed_in_name(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '_' || character == '.' || character == '-';
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char character : text) {
    switch (character) {
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '&':
        result += "&amp;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        // Control characters are not allowed in XML, and a newline would end the tag's line.
        result += static_cast<unsigned char>(character) < ' ' ? ' ' : character;
    }
  }
  return result;
}

void write_tag(std::ostream& out, const char* type, std::string_view name, std::string_view value) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), allowed_in_name)) {
    throw std::invalid_argument(fmt::format("measurement name '{}': allowed are the characters [A-Za-z0-9_.-]", name));
  }
  out << fmt::format("<CTestMeasurement type=\"{}\" name=\"{}\">{}</CTestMeasurement>\n", type, name, escaped(value))
      << std::flush;
}

}  // namespace

std::string measurement_name(std::string_view text) {
  std::string name(text);
  std::replace_if(
      name.begin(), name.end(), [](char character) { return !allowed_in_name(character); }, '_');
  return name;
}

void write_measurement(std::ostream& out, std::string_view name, double value) {
  write_tag(out, std::isfinite(value) ? "numeric/double" : "text/string", name, fmt::format("{}", value));
}

void write_measurement(std::ostream& out, std::string_view name, std::string_view value) {
  write_tag(out, "text/string", name, value);
}

void write_member_measurements(std::ostream& out, const Results& results) {
  const auto& [context, report] = results;
  const std::string name = measurement_name(context.run.property);
  write_measurement(out, name + ".status", to_string(report.status()));
  write_measurement(out, name + ".seed", fmt::format("{:#x}", context.run.seed));
  write_measurement(out, name + ".cases", static_cast<double>(report.cases()));
  write_measurement(out, name + ".cases_per_second", report.cases_per_second());
  write_measurement(out, name + ".worst_margin", report.worst_margin);
  write_measurement(out, name + ".worst_path", report.worst_path);
}

void write_measurements(std::ostream& out, const Results& results) {
  const auto& [context, report] = results;
  write_measurement(out, "status", to_string(report.status()));
  write_measurement(out, "device", context.device.name);
  write_measurement(out, "seed", fmt::format("{:#x}", context.run.seed));
  write_measurement(out, "cases", static_cast<double>(report.cases()));
  write_measurement(out, "cases_per_second", report.cases_per_second());
  write_measurement(out, "worst_margin", report.worst_margin);
  write_measurement(out, "worst_path", report.worst_path);
  if (report.exact_pairs > 0) {
    write_measurement(out, "exact.pairs", static_cast<double>(report.exact_pairs));
    write_measurement(out, "exact.equal", static_cast<double>(report.exact_equal));
  }
  const TimeShares shares = shares_of(report);
  for_each_field<TimeShares>(
      [&](const auto& field) { write_measurement(out, std::string("share.") + field.key, shares.*field.member); });
  for (const PathSummary& path : report.paths) {
    const std::string name = measurement_name(path.path);
    write_measurement(out, name + ".runs", static_cast<double>(path.runs));
    write_measurement(out, name + ".worst_margin", path.worst_margin);
    // A path that was never timed has no median; 0 us would read as infinitely fast.
    if (path.median_us() > 0) write_measurement(out, name + ".median_us", path.median_us());
  }
}

}  // namespace attngate
