#include "attngate/faults/rival.h"

#include <c10/core/InferenceMode.h>

#include <list>
#include <map>
#include <set>

#include "attngate/base/elapsed.h"
#include "attngate/paths/sdp_backend_guard.h"
#include "attngate/run/stop_request.h"

namespace attngate::faults {
namespace {

/// A fault that is still alive, and where its fate is kept.
struct Suspect {
  const Fault& fault;
  AttentionPath path;
  RivalVerdict& verdict;
};

/// Rows in the dtype that the path returned: a rival may forgive a dtype, token_rows() does not.
at::Tensor rows_of(const at::Tensor& output, const CaseInputs& inputs) {
  const at::ScalarType returned = output.scalar_type(), expected = inputs.tokens().scalar_type();
  return token_rows(output.to(expected), inputs).to(returned);
}

bool accepts(const RivalTest& test, const AttentionPath& path) {
  try {
    const QuietWarnings quiet;
    const SdpBackendGuard any(SdpBackend::any);
    return test.accepts(rows_of(path.run(test.inputs).output, test.inputs));
  } catch (const std::exception&) {
    return false;  // a program that ends by an error has found it
  }
}

bool accepts_suspect(const RivalTest& test, const Suspect& suspect) {
  if (!suspect.fault.writes_inputs) return accepts(test, suspect.path);
  const at::Tensor& tokens = test.inputs.tokens();
  const at::Tensor before = tokens.clone();  // the others still need them
  const bool accepted = accepts(test, suspect.path);
  tokens.copy_(before);
  return accepted;
}

bool runs(const AttentionPath& path, const CaseInputs& inputs) {
  return path.promise(inputs.attention_case(), inputs.device().type()).kind == Promise::Kind::runs;
}

/// The bases on which the test accepts healthy paths.
std::set<Base> sound_bases(const RivalTest& test, const std::map<Base, AttentionPath>& healthy, RivalColumn& column) {
  std::set<Base> sound;
  for (const auto& [base, path] : healthy) {
    if (!runs(path, test.inputs)) continue;
    ++column.healthy_tests;
    if (accepts(test, path)) {
      sound.insert(base);
    } else {
      ++column.false_alarms;
    }
  }
  return sound;
}

/// True when the test kills the suspect.
bool kills(const RivalTest& test, const std::set<Base>& sound, Suspect& suspect) {
  if (!runs(suspect.path, test.inputs)) return false;
  ++suspect.verdict.tests;
  suspect.verdict.killed = !accepts_suspect(test, suspect) && sound.contains(suspect.fault.base);
  return suspect.verdict.killed;
}

}  // namespace

RivalColumn run_rival(const Rival& rival, const std::vector<Fault>& faults, DType dtype, double seconds) {
  const c10::InferenceMode no_autograd;
  const Elapsed elapsed;
  RivalColumn column;
  column.name = rival.name;
  column.dtype = dtype;
  for (const Fault& fault : faults) column.faults.push_back({fault.name});
  std::map<Base, AttentionPath> healthy;
  for (const Base base : all_bases) healthy.emplace(base, healthy_path(base));
  std::list<Suspect> alive;
  for (std::size_t i = 0; i < faults.size(); ++i) alive.push_back({faults[i], path_of(faults[i]), column.faults[i]});
  while (!alive.empty() && elapsed.seconds() < seconds) {
    throw_if_stopped();
    const std::optional<RivalTest> test = rival.next(column.tests);
    if (!test) break;
    const std::set<Base> sound = sound_bases(*test, healthy, column);
    alive.remove_if([&](Suspect& suspect) { return kills(*test, sound, suspect); });
    ++column.tests;
  }
  column.seconds = elapsed.seconds();
  return column;
}

}  // namespace attngate::faults
