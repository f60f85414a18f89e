#include "attngate/base/wire.h"

namespace attngate {

void WireWriter::put(const std::string& text) {
  put(static_cast<std::uint64_t>(text.size()));
  bytes_.append(text);
}

void WireReader::get(bool& value) {
  const char byte = next(1).front();
  if (byte != 0 && byte != 1) throw WireError("a truth value is neither 0 nor 1");
  value = byte == 1;
}

void WireReader::get(std::string& text) {
  const std::size_t length = get_length(1);
  text = next(length);
}

std::size_t WireReader::get_length(std::size_t item_bytes) {
  std::uint64_t length = 0;
  get(length);
  if (length > rest_.size() / item_bytes) throw WireError("a length goes beyond the end of the message");
  return static_cast<std::size_t>(length);
}

void WireReader::expect_end() const {
  if (!rest_.empty()) throw WireError("there are bytes behind the end of the message");
}

std::string_view WireReader::next(std::size_t size) {
  if (size > rest_.size()) throw WireError("the message ends too early");
  const std::string_view result = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return result;
}

}  // namespace attngate
