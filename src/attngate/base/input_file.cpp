#include "attngate/base/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "attngate/base/number_text.h"

namespace attngate {

std::string input_problem(const std::string& path, std::uint64_t most_bytes) {
  const int file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  // A socket cannot be opened: ENXIO.
  if (file < 0) return errno == ENXIO ? "it is no regular file" : std::strerror(errno);
  struct stat found {};
  const int error = ::fstat(file, &found) == 0 ? 0 : errno;
  ::close(file);
  if (error != 0) return std::strerror(error);
  if (S_ISDIR(found.st_mode)) return std::strerror(EISDIR);
  if (!S_ISREG(found.st_mode)) return "it is no regular file";
  const auto bytes = static_cast<std::uint64_t>(found.st_size);
  if (bytes <= most_bytes) return "";
  return fmt::format("it has {} bytes, at most {} are read", grouped(bytes), grouped(most_bytes));
}

InputText read_input(const std::string& path, std::uint64_t most_bytes) {
  InputText input{"", input_problem(path, most_bytes)};
  if (!input.problem.empty()) return input;
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  // Of an empty file rdbuf() would be a failure to write.
  if (file && file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (!file.is_open() || file.bad() || !text) input.problem = std::strerror(errno != 0 ? errno : EIO);
  input.text = text.str();
  return input;
}

}  // namespace attngate
