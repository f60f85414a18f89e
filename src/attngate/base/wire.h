#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "attngate/base/fields.h"

namespace attngate {

/// Thrown for bytes that are no message: cut off, too long, or with a number that means nothing.
class WireError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <typename Type>
concept WireNumber = std::is_arithmetic_v<Type> || std::is_enum_v<Type>;

/// Puts values one behind the other into a string of bytes, for a process forked from this one: numbers as they lie in
/// memory, texts and lists behind their length, records field by field as they are described (base/fields.h).
class WireWriter {
 public:
  template <WireNumber Number>
  void put(Number value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put(const std::string& text);
  template <typename Item>
  void put(const std::vector<Item>& items) {
    put(static_cast<std::uint64_t>(items.size()));
    for (const Item& item : items) put(item);
  }
  template <typename Value>
  void put(const std::optional<Value>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <Described Record>
  void put(const Record& record) {
    for_each_field<Record>([&](const auto& field) { put(record.*field.member); });
  }

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// The fewest bytes that a value takes on the wire.
template <typename Type>
constexpr std::size_t least_wire_bytes() {
  if constexpr (Described<Type>) {
    std::size_t bytes = 0;
    for_each_field<Type>(
        [&](const auto& field) { bytes += least_wire_bytes<typename std::decay_t<decltype(field)>::Value>(); });
    return bytes;
  } else if constexpr (WireNumber<Type>) {
    return sizeof(Type);
  } else {
    return is_optional<Type> ? sizeof(bool) : sizeof(std::uint64_t);
  }
}

/// Takes the values out again, in the same order; each get() throws WireError when the bytes end too early.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  /// Throws WireError for an enumeration with a to_string() that has no name for the number.
  template <WireNumber Number>
  void get(Number& value) {
    std::memcpy(&value, next(sizeof value).data(), sizeof value);
    if constexpr (requires {
                    is_enumerator(value);
                    to_string(value).size();
                  }) {
      if (!is_enumerator(value)) throw WireError(to_string(value));
    }
  }
  void get(bool& value);
  void get(std::string& text);
  template <typename Item>
  void get(std::vector<Item>& items) {
    // Before anything is allocated: a scribbled-over length may ask for the whole address space.
    items.resize(get_length(least_wire_bytes<Item>()));
    for (Item& item : items) get(item);
  }
  template <typename Value>
  void get(std::optional<Value>& value) {
    bool is_there = false;
    get(is_there);
    value.reset();
    if (is_there) get(value.emplace());
  }
  template <Described Record>
  void get(Record& record) {
    for_each_field<Record>([&](const auto& field) { get(record.*field.member); });
  }

  /// Throws WireError unless everything was taken.
  void expect_end() const;

 private:
  /// The length of a list whose items take at least `item_bytes` each.
  std::size_t get_length(std::size_t item_bytes);
  std::string_view next(std::size_t size);

  std::string_view rest_;
};

/// A message as bytes.
template <Described Message>
std::string encode(const Message& message) {
  WireWriter writer;
  writer.put(message);
  return writer.take();
}

/// Bytes as a message; throws WireError when they are none.
template <Described Message>
Message decode(std::string_view bytes) {
  Message message;
  WireReader reader(bytes);
  reader.get(message);
  reader.expect_end();
  return message;
}

}  // namespace attngate
