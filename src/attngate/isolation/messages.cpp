#include "attngate/isolation/messages.h"

namespace attngate {
namespace {

// Every field by its place: a field that is added to one of these structures does not compile until it is sent too.
template <typename Outcome, typename Visit>
void visit_fields(Outcome& outcome,
                  const Visit& visit) requires std::is_same_v<std::remove_const_t<Outcome>, PathOutcome> {
  auto& [path, backend, status, margin, error, bound, detail, time_us] = outcome;
  visit(path, backend, status, margin, error, bound, detail, time_us);
}

template <typename Phases, typename Visit>
void visit_fields(Phases& phases, const Visit& visit) requires std::is_same_v<std::remove_const_t<Phases>, PhaseTimes> {
  auto& [inputs_us, reference_us, paths_us, compare_us] = phases;
  visit(inputs_us, reference_us, paths_us, compare_us);
}

// The shortest outcome: three empty texts, the status and four numbers.
constexpr std::size_t least_outcome_bytes = 3 * sizeof(std::uint64_t) + sizeof(PathStatus) + 4 * sizeof(double);

void check_status(PathStatus status) {
  if (to_string(status) == "unknown status") throw WireError("there is no such status of a path");
}

}  // namespace

std::string encode(const CaseRequest& request) {
  WireWriter writer;
  const auto& [kind, property, only, quarantined, line] = request;
  writer.put(kind);
  writer.put(property);
  writer.put(only);
  writer.put(quarantined);
  writer.put(line);
  return writer.take();
}

CaseRequest decode_request(std::string_view bytes) {
  CaseRequest request;
  WireReader reader(bytes);
  reader.get(request.kind);
  reader.get(request.property);
  reader.get(request.only);
  reader.get(request.quarantined);
  reader.get(request.line);
  reader.expect_end();
  return request;
}

std::string encode(const HashAnswer& answer) {
  WireWriter writer;
  const auto& [hash, problem] = answer;
  writer.put(hash);
  writer.put(problem);
  return writer.take();
}

HashAnswer decode_hash_answer(std::string_view bytes) {
  HashAnswer answer;
  WireReader reader(bytes);
  reader.get(answer.hash);
  reader.get(answer.problem);
  reader.expect_end();
  return answer;
}

std::string encode(const Verdict& verdict) {
  WireWriter writer;
  const auto put_all = [&](const auto&... fields) { (writer.put(fields), ...); };
  const auto& [holds, applicable, reason, paths, phases, worst_margin, worst_path, device_lost, exact_pairs,
               exact_equal] = verdict;
  put_all(holds, applicable, reason);
  writer.put(static_cast<std::uint64_t>(paths.size()));
  for (const PathOutcome& outcome : paths) visit_fields(outcome, put_all);
  visit_fields(phases, put_all);
  put_all(worst_margin, worst_path, device_lost, exact_pairs, exact_equal);
  return writer.take();
}

Verdict decode_verdict(std::string_view bytes) {
  Verdict verdict;
  WireReader reader(bytes);
  const auto get_all = [&](auto&... fields) { (reader.get(fields), ...); };
  auto& [holds, applicable, reason, paths, phases, worst_margin, worst_path, device_lost, exact_pairs, exact_equal] =
      verdict;
  get_all(holds, applicable, reason);
  paths.resize(reader.get_length(least_outcome_bytes));
  for (PathOutcome& outcome : paths) {
    visit_fields(outcome, get_all);
    check_status(outcome.status);
  }
  visit_fields(phases, get_all);
  get_all(worst_margin, worst_path, device_lost, exact_pairs, exact_equal);
  reader.expect_end();
  return verdict;
}

}  // namespace attngate
