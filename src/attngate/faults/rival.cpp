#include "attngate/faults/rival.h"

#include <c10/core/InferenceMode.h>

#include <chrono>

#include "attngate/paths/sdp_backend_guard.h"

namespace attngate::faults {
namespace {

/// A path among those that a rival tests.
struct Candidate {
  AttentionPath path;
  /// Its verdict in the column; null for a healthy path.
  RivalVerdict* verdict = nullptr;
  bool writes_inputs = false;
};

/// Rows in the dtype that the path returned: a rival may forgive a dtype, token_rows() does not.
at::Tensor rows_of(const at::Tensor& output, const CaseInputs& inputs) {
  const at::ScalarType returned = output.scalar_type(), expected = inputs.tokens().scalar_type();
  return token_rows(output.to(expected), inputs).to(returned);
}

bool accepts(const RivalTest& test, const Candidate& candidate) {
  // The others still need the inputs as they are.
  const CaseInputs& shared = test.inputs;
  const at::Tensor tokens = candidate.writes_inputs ? shared.tokens().clone() : at::Tensor();
  bool accepted = false;
  try {
    const QuietWarnings quiet;
    const SdpBackendGuard any(SdpBackend::any);
    accepted = test.accepts(rows_of(candidate.path.run(shared).output, shared));
  } catch (const std::exception&) {
    accepted = false;  // a program that ends by an error has found it
  }
  if (tokens.defined()) shared.tokens().copy_(tokens);
  return accepted;
}

bool runs(const Candidate& candidate, const CaseInputs& inputs) {
  const Promise promise = candidate.path.promise(inputs.attention_case(), inputs.device().type());
  return promise.kind == Promise::Kind::runs;
}

void hold_against(const RivalTest& test, std::vector<Candidate>& candidates, RivalColumn& column) {
  for (Candidate& candidate : candidates) {
    if (!runs(candidate, test.inputs)) continue;
    const bool accepted = accepts(test, candidate);
    if (candidate.verdict != nullptr) {
      ++candidate.verdict->tests;
      candidate.verdict->killed = !accepted;
    } else {
      ++column.healthy_tests;
      if (!accepted) ++column.false_alarms;
    }
  }
  std::erase_if(candidates, [](const Candidate& candidate) { return candidate.verdict != nullptr && candidate.verdict->killed; });
}

}  // namespace

RivalColumn run_rival(const Rival& rival, const std::vector<Fault>& faults, DType dtype, double seconds) {
  const c10::InferenceMode no_autograd;
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  RivalColumn column;
  column.name = rival.name;
  column.dtype = dtype;
  for (const Fault& fault : faults) column.faults.push_back({fault.name});
  std::vector<Candidate> candidates;
  for (AttentionPath& path : healthy_paths()) candidates.push_back({std::move(path)});
  const std::size_t healthy = candidates.size();
  for (std::size_t i = 0; i < faults.size(); ++i) {
    candidates.push_back({path_of(faults[i]), &column.faults[i], faults[i].writes_inputs});
  }
  while (candidates.size() > healthy && elapsed() < seconds) {
    const std::optional<RivalTest> test = rival.next(column.tests);
    if (!test) break;
    hold_against(*test, candidates, column);
    ++column.tests;
  }
  column.seconds = elapsed();
  return column;
}

}  // namespace attngate::faults
