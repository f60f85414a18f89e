#include "attngate/case/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <istream>
#include <optional>
#include <ostream>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "attngate/base/joined.h"
#include "attngate/base/nearest_names.h"
#include "attngate/base/printable.h"
#include "attngate/case/enumerators.h"

namespace attngate {
namespace {

/// A whole number written in digits of the base only: no sign, no blanks, no overflow.
std::optional<std::uint64_t> read_number(std::string_view text, int base = 10) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || error != std::errc() || stop != end) {
    return std::nullopt;
  }
  return value;
}

std::int64_t read_in_range(std::string_view key, std::string_view text, std::int64_t least, std::int64_t most) {
  const auto value = read_number(text);
  if (!value || *value < static_cast<std::uint64_t>(least) || *value > static_cast<std::uint64_t>(most)) {
    throw CaseError(fmt::format("{}={}: must be a whole number, {} to {}", key, printable(text), least, most));
  }
  return static_cast<std::int64_t>(*value);
}

/// The text up to the separator; takes both off the front of rest.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view head = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return head;
}

/// What an empty batch is written as.
constexpr std::string_view no_lengths = "none";

/// Appends one item of the list: LENGTH or LENGTHxCOUNT.
void read_lengths_item(std::string_view item, std::vector<std::int64_t>& lengths) {
  const std::size_t times = item.find('x');
  const auto length = read_number(item.substr(0, times));
  const auto count = times == item.npos ? std::uint64_t{1} : read_number(item.substr(times + 1));
  if (!length || *length > static_cast<std::uint64_t>(CaseRange::max_length)) {
    throw CaseError(
        fmt::format("lengths: item {}: a length must be 0 to {}, and the list LENGTH or LENGTHxCOUNT "
                    "separated by single commas, or {}",
                    printable(item), CaseRange::max_length, no_lengths));
  }
  // Checked before the list is expanded: a count of 2^60 must not reach for memory.
  const auto room = static_cast<std::uint64_t>(CaseRange::max_batch_size) - lengths.size();
  if (!count || *count < 1 || *count > room) {
    throw CaseError(
        fmt::format("lengths: item {}: a count must be a whole number, 1 or more, and all counts together "
                    "at most {} sequences",
                    printable(item), CaseRange::max_batch_size));
  }
  lengths.insert(lengths.end(), static_cast<std::size_t>(*count), static_cast<std::int64_t>(*length));
}

void read_lengths(std::string_view, std::string_view text, AttentionCase& result) {
  result.lengths.clear();
  // A comma at the end would leave an empty last item, which take_until cannot show.
  bool more = text != no_lengths;
  while (more) {
    more = text.find(',') != text.npos;
    read_lengths_item(take_until(text, ','), result.lengths);
  }
}

std::string lengths_text(const AttentionCase& attention_case) {
  const auto& lengths = attention_case.lengths;
  if (lengths.empty()) {
    return std::string(no_lengths);
  }
  std::string text;
  for (auto run = lengths.begin(); run != lengths.end();) {
    const auto end = std::find_if(run, lengths.end(), [&](std::int64_t length) { return length != *run; });
    // Two equal lengths stay two numbers: "5,5" reads better than "5x2".
    const bool folded = end - run >= 3;
    text += text.empty() ? "" : ",";
    text += folded ? fmt::format("{}x{}", *run, end - run) : fmt::format("{}", *run);
    run = folded ? end : run + 1;
  }
  return text;
}

void read_seed(std::string_view, std::string_view text, AttentionCase& result) {
  const bool hexadecimal = text.starts_with("0x");
  const auto seed = hexadecimal ? read_number(text.substr(2), 16) : read_number(text);
  if (!seed) {
    throw CaseError(
        fmt::format("seed={}: must be 0 to 0xffffffffffffffff, hexadecimal with 0x or decimal", printable(text)));
  }
  result.seed = *seed;
}

std::string seed_text(const AttentionCase& attention_case) { return fmt::format("{:#x}", attention_case.seed); }

/// One key of the text form, how its value is read, and how it is printed.
struct Key {
  std::string_view name;
  bool required;
  void (*read)(std::string_view name, std::string_view text, AttentionCase& result);
  std::string (*print)(const AttentionCase& attention_case);
};

/// A key for a member that is a whole number from least to most, or a bool with 0 and 1.
template <auto member, std::int64_t least, std::int64_t most>
constexpr Key number_key(std::string_view name, bool required = false) {
  using Number = std::remove_cvref_t<decltype(std::declval<AttentionCase>().*member)>;
  return {name, required,
          [](std::string_view key, std::string_view text, AttentionCase& c) {
            c.*member = static_cast<Number>(read_in_range(key, text, least, most));
          },
          [](const AttentionCase& c) { return fmt::to_string(static_cast<std::int64_t>(c.*member)); }};
}

/// A key for a member that is an enumeration.
template <auto member>
constexpr Key enumeration_key(std::string_view name, bool required = false) {
  using Enum = std::remove_cvref_t<decltype(std::declval<AttentionCase>().*member)>;
  return {name, required,
          [](std::string_view key, std::string_view text, AttentionCase& c) {
            c.*member = parse_enumerator<Enum>(key, text);
          },
          [](const AttentionCase& c) { return to_string(c.*member); }};
}

/// In the order in which they are printed.
constexpr std::array<Key, 14> keys{{
    enumeration_key<&AttentionCase::dtype>("dtype", true),
    number_key<&AttentionCase::num_heads, 1, CaseRange::max_num_heads>("heads", true),
    number_key<&AttentionCase::head_dim, 1, CaseRange::max_head_dim>("head_dim", true),
    {"lengths", true, read_lengths, lengths_text},
    enumeration_key<&AttentionCase::mask>("mask"),
    number_key<&AttentionCase::extra_padding, 0, CaseRange::max_extra_padding>("extra_padding"),
    number_key<&AttentionCase::padding_content, 0, CaseRange::max_padding_content>("padding_content"),
    number_key<&AttentionCase::need_weights, 0, 1>("need_weights"),
    enumeration_key<&AttentionCase::layout>("layout"),
    enumeration_key<&AttentionCase::nested>("nested"),
    enumeration_key<&AttentionCase::values>("values"),
    number_key<&AttentionCase::storage_offset, 0, CaseRange::max_storage_offset>("storage_offset"),
    number_key<&AttentionCase::parameter_offset, 0, CaseRange::max_storage_offset>("parameter_offset"),
    {"seed", false, read_seed, seed_text},
}};

std::string key_names() { return joined(keys, ", ", &Key::name); }

[[noreturn]] void throw_unknown_key(std::string_view name) {
  std::vector<std::string> names;
  for (const Key& key : keys) names.emplace_back(key.name);
  const std::string guess = did_you_mean(name, names);
  throw CaseError(fmt::format("unknown key {}: {} {}", printable(name),
                              guess.empty() ? "the keys are" : guess + " The keys are", key_names()));
}

void read_token(std::string_view token, std::array<bool, keys.size()>& seen, AttentionCase& result) {
  const std::size_t equals = token.find('=');
  if (equals == token.npos) {
    throw CaseError(fmt::format("{} is not KEY=VALUE; the keys are {}", printable(token), key_names()));
  }
  const std::string_view name = token.substr(0, equals);
  const auto key = std::find_if(keys.begin(), keys.end(), [&](const Key& known) { return known.name == name; });
  if (key == keys.end()) {
    throw_unknown_key(name);
  }
  bool& seen_before = seen[static_cast<std::size_t>(key - keys.begin())];
  if (seen_before) {
    throw CaseError(
        fmt::format("{} is given twice, the second time in {}: each key may come once", name, printable(token)));
  }
  seen_before = true;
  key->read(name, token.substr(equals + 1), result);
}

constexpr std::string_view blanks = " \t";

}  // namespace

std::string to_line(const AttentionCase& attention_case) {
  const AttentionCase defaults;
  std::string line;
  for (const Key& key : keys) {
    const std::string text = key.print(attention_case);
    if (key.required || text != key.print(defaults)) {
      line += fmt::format("{}{}={}", line.empty() ? "" : " ", key.name, text);
    }
  }
  return line;
}

AttentionCase parse_line(std::string_view line) {
  AttentionCase result;
  std::array<bool, keys.size()> seen{};
  std::size_t start = line.find_first_not_of(blanks);
  if (start == line.npos) {
    throw CaseError("the case line is empty; an example: dtype=fp16 heads=8 head_dim=64 lengths=7,1,64");
  }
  while (start != line.npos) {
    const std::size_t end = std::min(line.find_first_of(blanks, start), line.size());
    read_token(line.substr(start, end - start), seen, result);
    start = line.find_first_not_of(blanks, end);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].required && !seen[i]) {
      throw CaseError(fmt::format("{} is missing; dtype, heads, head_dim and lengths are required", keys[i].name));
    }
  }
  validate(result);
  return result;
}

std::vector<AttentionCase> parse_case_file(std::istream& stream, const std::string& name) {
  std::vector<AttentionCase> cases;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.ends_with('\r')) {
      line.pop_back();  // a file saved on Windows
    }
    const std::size_t start = line.find_first_not_of(blanks);
    if (start == line.npos || line[start] == '#') {
      continue;
    }
    try {
      cases.push_back(parse_line(line));
    } catch (const CaseError& error) {
      throw CaseError(fmt::format("{}:{}: {}", name, number, error.what()));
    }
  }
  // A loop that ended without reaching the end of the file read nothing or lost the rest.
  if (!stream.eof()) {
    throw CaseError(fmt::format("{}: cannot be read", name));
  }
  return cases;
}

std::ostream& operator<<(std::ostream& stream, const AttentionCase& attention_case) {
  return stream << to_line(attention_case);
}

}  // namespace attngate
