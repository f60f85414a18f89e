#pragma once

#include <cstddef>
#include <string>

namespace attngate {

/// A file that this process alone writes: open for appending, made where it is missing, under an advisory lock (flock)
/// as long as the object lives, or the process. A file system that has no locks gives none.
class LockedFile {
 public:
  explicit LockedFile(const std::string& path);
  ~LockedFile();
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;

  int descriptor() const { return file_; }
  /// Another process has the lock.
  bool is_taken() const { return is_taken_; }
  /// Cuts off what is behind so many bytes; returns errno, 0 for success.
  int cut_to(std::size_t bytes) const;
  /// Why it cannot be written, as errno has it; 0 where it can, or is taken.
  int error() const { return error_; }

 private:
  int file_ = -1;
  bool is_taken_ = false;
  int error_ = 0;
};

/// Whether another process has the lock of the file now; false where there is no such file.
bool is_locked(const std::string& path);

/// For outputs that arrive whole at their end, by rename: the lock of a file beside the one that `option` names, which
/// goes away with the object. An empty path is let pass.
class OutputLock {
 public:
  /// Throws UsageError where another process has it.
  OutputLock(const std::string& option, const std::string& path);
  ~OutputLock();
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

 private:
  std::string lock_path_;
  int file_ = -1;
};

/// The words for a file that another run has: what is wrong and what to do.
std::string taken_text(const std::string& option, const std::string& path);

}  // namespace attngate
