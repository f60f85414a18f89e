#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "attngate/isolation/wire.h"
#include "attngate/verdict/verdict.h"

namespace attngate {

/// What the supervisor asks a worker to do with a case.
struct CaseRequest {
  enum class Kind : std::uint8_t {
    check,       ///< answer: the property's Verdict
    hash_inputs  ///< answer: the hash of the case's inputs as a HashAnswer
  };
  Kind kind = Kind::check;
  /// Property to check; empty for hash_inputs.
  std::string property;
  /// Paths or families to check; empty for the property's own choice.
  std::vector<std::string> only = {};
  /// Paths that take no part.
  std::vector<std::string> quarantined = {};
  /// The case in text form.
  std::string line = {};
  bool operator==(const CaseRequest&) const = default;
};

/// What came of hash_inputs.
struct HashAnswer {
  std::uint64_t hash = 0;
  /// Why the inputs cannot be made; empty when `hash` counts.
  std::string problem;
  bool operator==(const HashAnswer&) const = default;
};

/// A message as bytes.
std::string encode(const CaseRequest& request);
std::string encode(const HashAnswer& answer);
std::string encode(const Verdict& verdict);

/// Bytes as a message; throws WireError when they are none.
CaseRequest decode_request(std::string_view bytes);
HashAnswer decode_hash_answer(std::string_view bytes);
Verdict decode_verdict(std::string_view bytes);

}  // namespace attngate
