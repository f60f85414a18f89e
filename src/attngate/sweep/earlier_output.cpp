#include "attngate/sweep/earlier_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/sweep/sweep_plan.h"

namespace attngate {
namespace {

/// More than any header takes: some 40 names of columns, each shorter than 100 bytes.
constexpr std::size_t start_bytes = 1 << 16;

/// As many configurations as fail in no sweep: a file of counts that is larger is something else.
constexpr std::size_t most_count_bytes = 1 << 26;

std::string start_of(const std::string& path, std::size_t most_bytes) {
  std::error_code missing;
  const std::uintmax_t bytes = std::filesystem::file_size(path, missing);
  if (missing) return "";
  std::string start(std::min<std::uintmax_t>(bytes, most_bytes), '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(file.gcount()));
  return start;
}

bool is_header(const CsvRow& row) {
  SweepPlan closing;
  add_closing_columns(closing);
  const CsvRow last = header_of(closing);
  return row.size() > last.size() && std::equal(last.rbegin(), last.rend(), row.rbegin());
}

bool is_count(const nlohmann::json& value) { return value.is_number_unsigned(); }

}  // namespace

EarlierOutput earlier_rows_at(const std::string& path) {
  const std::string start = start_of(path, start_bytes);
  if (start.empty()) return EarlierOutput::nothing;
  const std::size_t line = start.find('\n');
  if (line == std::string::npos) return EarlierOutput::of_others;
  const CsvText header = parse_csv(std::string_view(start).substr(0, line + 1));
  if (header.rows.empty() || !is_header(header.rows.front())) return EarlierOutput::of_others;
  return start.size() > line + 1 ? EarlierOutput::of_a_sweep : EarlierOutput::nothing;
}

EarlierOutput earlier_error_counts_at(const std::string& path) {
  const std::string text = start_of(path, most_count_bytes);
  if (text.empty()) return EarlierOutput::nothing;
  const nlohmann::json counts = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!counts.is_object() || !std::ranges::all_of(counts, is_count)) return EarlierOutput::of_others;
  for (const auto& [name, count] : counts.items()) {
    if (!name.starts_with("batch:")) return EarlierOutput::of_others;
  }
  return counts.empty() ? EarlierOutput::nothing : EarlierOutput::of_a_sweep;
}

EarlierOutput earlier_json_at(const std::string& path) {
  const std::string start = start_of(path, 256);
  if (start.empty()) return EarlierOutput::nothing;
  return start.find("\"schema\": \"attngate.sweep\"") != std::string::npos ? EarlierOutput::of_a_sweep
                                                                           : EarlierOutput::of_others;
}

bool json_is_of(const std::string& path, const SweepPlan& plan) {
  return start_of(path, start_bytes).find("\"options\": " + nlohmann::json(plan.options).dump()) != std::string::npos;
}

void require_writable_over(const std::string& option, const std::string& path, EarlierOutput there, IfThere if_there) {
  if (there == EarlierOutput::of_others) {
    throw UsageError(
        fmt::format("{} {}: is there and is not what a sweep writes; name another file, or remove that one", option,
                    printable(path)));
  }
  if (there == EarlierOutput::of_a_sweep && if_there == IfThere::refuse) {
    throw UsageError(fmt::format(
        "{} {}: has what an earlier sweep measured; --resume goes on behind the rows of --save-path, --overwrite "
        "begins anew, or name another file",
        option, printable(path)));
  }
}

}  // namespace attngate
