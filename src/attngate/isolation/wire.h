#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace attngate {

/// Thrown for bytes that are no message: cut off, too long, or with a number that means nothing.
class WireError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Puts values one behind the other into a string of bytes, for a process forked from this one: numbers as they lie in
/// memory, texts and lists behind their length.
class WireWriter {
 public:
  template <typename Number>
  requires std::is_arithmetic_v<Number> || std::is_enum_v<Number>
  void put(Number value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void put(std::string_view text);
  void put(const std::string& text) { put(std::string_view(text)); }
  void put(const std::vector<std::string>& texts);

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Takes the values out again, in the same order; each get() throws WireError when the bytes end too early.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  template <typename Number>
  requires std::is_arithmetic_v<Number> || std::is_enum_v<Number>
  void get(Number& value) { std::memcpy(&value, next(sizeof value).data(), sizeof value); }
  void get(bool& value);
  void get(std::string& text);
  void get(std::vector<std::string>& texts);

  /// The length of a list whose items take at least `item_bytes` each.
  std::size_t get_length(std::size_t item_bytes);

  /// Throws WireError unless everything was taken.
  void expect_end() const;

 private:
  std::string_view next(std::size_t size);

  std::string_view rest_;
};

}  // namespace attngate
