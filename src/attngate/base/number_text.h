#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace attngate {

/// A whole number with a comma between thousands: 1,234.
std::string grouped(std::uint64_t number);

/// The number with its noun: "1 case", "1,234 cases".
std::string counted(std::uint64_t number, const std::string& noun);

/// A margin with that many decimals: 0.31; from 1,000 on 1.2e+04, also inf and nan.
std::string margin_text(double margin, int decimals);

/// A number in four characters at most: 0.72, 12.3, 1234, 1e5, 4e-3.
std::string short_number(double number);

/// A range in twelve at most: "0.68 to 0.74".
std::string range_text(double lower, double upper);

/// Reads a decimal or 0x hexadecimal number below 2^64, all of `text`; nullopt for anything else.
std::optional<std::uint64_t> parse_number(const std::string& text);

}  // namespace attngate
