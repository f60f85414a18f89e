#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "attngate/base/wire.h"

namespace attngate {

/// What a worker is asked for; decides what its message is.
enum class RequestKind : std::uint8_t {
  check_case,    ///< a CaseRequest: a verdict, or the hash of inputs
  take_samples,  ///< a SampleRequest of gates
  measure_row    ///< a SweepRequest
};

/// A request as a worker gets it: one byte for the kind, and the message.
struct WorkerRequest {
  RequestKind kind = RequestKind::check_case;
  std::string_view message;
};

inline std::string to_bytes(const WorkerRequest& request) {
  return static_cast<char>(request.kind) + std::string(request.message);
}

/// The message points into the bytes. Throws WireError for bytes that are no request.
inline WorkerRequest worker_request_from(std::string_view bytes) {
  if (bytes.empty()) throw WireError("a request without a kind");
  return {static_cast<RequestKind>(bytes.front()), bytes.substr(1)};
}

}  // namespace attngate
