#pragma once

#include <string>
#include <vector>

#include "attngate/base/wire.h"
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

constexpr auto describe(const CaseRequest*) {
  return fields(keyless(&CaseRequest::kind), keyless(&CaseRequest::property), keyless(&CaseRequest::only),
                keyless(&CaseRequest::quarantined), keyless(&CaseRequest::line));
}

/// What came of hash_inputs.
struct HashAnswer {
  std::uint64_t hash = 0;
  /// Why the inputs cannot be made; empty when `hash` counts.
  std::string problem;
  bool operator==(const HashAnswer&) const = default;
};

constexpr auto describe(const HashAnswer*) { return fields(keyless(&HashAnswer::hash), keyless(&HashAnswer::problem)); }

}  // namespace attngate
