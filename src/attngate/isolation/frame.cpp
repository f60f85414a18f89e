#include "attngate/isolation/frame.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace attngate {
namespace {

// A verdict has some kilobytes and the longest case line 10 MB (2^20 lengths): more is no message of ours.
constexpr std::uint32_t most_bytes = 64u << 20;

// Reads all bytes asked for; fewer only at the end of the stream.
std::size_t read_all(int socket, char* bytes, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::recv(socket, bytes + done, size - done, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace

bool write_frame(int socket, std::string_view message) {
  const auto length = static_cast<std::uint32_t>(message.size());
  std::string frame(sizeof length, '\0');
  std::memcpy(frame.data(), &length, sizeof length);
  frame += message;
  std::size_t done = 0;
  while (done < frame.size()) {
    const ssize_t sent = ::send(socket, frame.data() + done, frame.size() - done, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    done += static_cast<std::size_t>(sent);
  }
  return true;
}

FrameEnd read_frame(int socket, std::string& message) {
  std::uint32_t length = 0;
  char head[sizeof length];
  const std::size_t got = read_all(socket, head, sizeof head);
  if (got == 0) return FrameEnd::closed;
  if (got < sizeof head) return FrameEnd::torn;
  std::memcpy(&length, head, sizeof length);
  if (length > most_bytes) return FrameEnd::torn;
  message.resize(length);
  return read_all(socket, message.data(), length) == length ? FrameEnd::whole : FrameEnd::torn;
}

}  // namespace attngate
