#include "attngate/base/locked_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"

namespace attngate {
namespace {

/// False where another process has the lock; true as well where the file system has no locks.
bool take_lock(int file) { return ::flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; }

/// Not close() alone: a forked worker has the same open file, and would keep its lock.
void let_go(int file) {
  ::flock(file, LOCK_UN);
  ::close(file);
}

/// Whether the path still leads to the open file: whoever had the lock before may have taken the file away.
bool leads_to(const std::string& path, int file) {
  struct stat named {
  }, open{};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(file, &open) == 0 && named.st_dev == open.st_dev &&
         named.st_ino == open.st_ino;
}

}  // namespace

LockedFile::LockedFile(const std::string& path) {
  // O_APPEND: the position is the kernel's, so lines stay whole even when a forked child writes too. O_RDWR: a named
  // pipe would wait for its reader otherwise.
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) {
    error_ = errno;
    return;
  }
  struct stat open {};
  if (::fstat(file_, &open) == 0 && S_ISFIFO(open.st_mode)) {
    error_ = EINVAL;
  } else {
    is_taken_ = !take_lock(file_);
  }
}

int LockedFile::cut_to(std::size_t bytes) const {
  // Of a device such as /dev/full there is nothing to cut: EINVAL.
  return ::ftruncate(file_, static_cast<off_t>(bytes)) == 0 || errno == EINVAL ? 0 : errno;
}

LockedFile::~LockedFile() {
  if (file_ < 0) return;
  if (is_taken_) {
    ::close(file_);
  } else {
    let_go(file_);
  }
}

bool is_locked(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return false;
  const bool is_free = take_lock(file);
  is_free ? let_go(file) : void(::close(file));
  return !is_free;
}

OutputLock::OutputLock(const std::string& option, const std::string& path) {
  if (path.empty()) return;
  lock_path_ = path + ".lock";
  do {
    if (file_ >= 0) let_go(file_);
    file_ = ::open(lock_path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file_ < 0)
      throw UsageError(fmt::format("{} {}: {} cannot be made: {}; allowed is a file in a writable folder", option,
                                   printable(path), printable(lock_path_), std::strerror(errno)));
    if (!take_lock(file_)) {
      ::close(file_);
      throw UsageError(taken_text(option, path));
    }
  } while (!leads_to(lock_path_, file_));
}

OutputLock::~OutputLock() {
  if (file_ < 0) return;
  ::unlink(lock_path_.c_str());
  let_go(file_);
}

std::string taken_text(const std::string& option, const std::string& path) {
  return fmt::format("{} {}: another run is writing it; wait for the end of that run, or name another file", option,
                     printable(path));
}

}  // namespace attngate
