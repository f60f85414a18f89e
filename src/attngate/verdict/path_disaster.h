#pragma once

#include <stdexcept>
#include <string>

#include "attngate/verdict/verdict.h"

namespace attngate {

/// A path has left its process unusable in mid-case, for the other paths and for attngate's own work; a verdict on that
/// path alone.
class PathDisaster : public std::runtime_error {
 public:
  PathDisaster(const std::string& path, PathStatus status, const std::string& error)
      : std::runtime_error(path + ": " + to_string(status) + ": " + error),
        path_(path),
        status_(status),
        error_(error) {}
  const std::string& path() const { return path_; }
  PathStatus status() const { return status_; }
  const std::string& error() const { return error_; }

 private:
  std::string path_;
  PathStatus status_;
  std::string error_;
};

/// The device was lost (an illegal access, say): every later call on it fails as well.
class DeviceLost : public PathDisaster {
 public:
  DeviceLost(const std::string& path, const std::string& error) : PathDisaster(path, PathStatus::device_lost, error) {}
};

/// The device or the host ran out of memory, which the path may still hold.
class RanOutOfMemory : public PathDisaster {
 public:
  RanOutOfMemory(const std::string& path, const std::string& error)
      : PathDisaster(path, PathStatus::out_of_memory, error) {}
};

}  // namespace attngate
