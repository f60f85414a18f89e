#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace attngate {

/// The whole numbers that an option or a variable takes, from `least` to `most`.
struct WholeRange {
  std::uint64_t least = 0;
  std::uint64_t most = 0;

  /// Reads decimal digits, all of `text`; nullopt for anything else, and for a number out of range.
  std::optional<std::uint64_t> read(const std::string& text) const;
  /// "a whole number, 1 to 501".
  std::string text() const;
};

/// The same for numbers with a fraction, as "0.5" or "1e-3": finite ones only.
struct RealRange {
  double least = 0;
  double most = 0;

  std::optional<double> read(const std::string& text) const;
  /// "a number, 0.01 to 3600".
  std::string text() const;
};

}  // namespace attngate
