#pragma once

#include <string>
#include <string_view>

namespace attngate {

/// Writes a message behind its length to a socket; false when nobody listens any more.
bool write_frame(int socket, std::string_view message);

/// What came of reading a message.
enum class FrameEnd { whole, closed, torn };

/// Waits for a whole message: `closed` at the end of the stream, `torn` when it ends or makes no sense in mid-message.
FrameEnd read_frame(int socket, std::string& message);

}  // namespace attngate
