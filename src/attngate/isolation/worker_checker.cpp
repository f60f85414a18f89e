#include "attngate/isolation/worker_checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "attngate/base/elapsed.h"
#include "attngate/isolation/worker_request.h"
#include "attngate/verdict/blame.h"

namespace attngate {
namespace {

// While a failure is shrunk, a case that takes this many times the slowest one so far is taken for hung...
constexpr double times_the_slowest = 20;
// ... but not before a second: the scheduler of a busy machine may hold a process up for some hundred milliseconds.
constexpr double least_patience_seconds = 1;

// 2 GiB: what LibTorch's, MKL's and cuDNN's own buffers and tables come to when they are loaded in mid-case, twice
// over.
constexpr std::uint64_t base_bytes = std::uint64_t{2} << 30;
// The fp64 reference holds its scores about 3 times, a path in half precision less; 16 is five times that.
constexpr double times_the_reference = 16;

// Other users of a GPU come and go with their tests and programs: what is short of memory for two minutes stays so.
constexpr double patience_with_others_seconds = 120;
// A worker takes a second or more to start, which is most of the first pauses.
constexpr double first_pause_seconds = 0.2;
constexpr double longest_pause_seconds = 5;

bool spoils_the_worker(const Verdict& verdict) {
  return verdict.device_lost || std::ranges::any_of(verdict.paths, [](const PathOutcome& outcome) {
           return outcome.status == PathStatus::out_of_memory || outcome.status == PathStatus::device_lost;
         });
}

}  // namespace

WorkerChecker::WorkerChecker(WorkerPool& pool, CaseRequest request, double case_seconds, const CostLimit& limit)
    : pool_(pool),
      request_(std::move(request)),
      case_seconds_(case_seconds),
      limit_(limit),
      available_bytes_(available_host_bytes()) {}

Verdict WorkerChecker::check(const AttentionCase& value, const std::string& line) {
  request_.line = line;
  const Elapsed waited;
  Verdict verdict = check_once(value);
  for (double pause = first_pause_seconds; verdict.crowded_out && waited.seconds() < patience_with_others_seconds;
       pause = std::min(2 * pause, longest_pause_seconds)) {
    fmt::print(stderr, "attngate: {}; the case runs again in {:.1f} s\n", verdict.reason, pause);
    pool_.discard_worker();  // it holds memory too
    std::this_thread::sleep_for(std::chrono::duration<double>(pause));
    verdict = check_once(value);
  }
  return verdict;
}

Verdict WorkerChecker::check_once(const AttentionCase& value) {
  const std::string request = to_bytes({RequestKind::check_case, encode(request_)});
  const double case_seconds = case_seconds_ * times_the_limit(cost_of(value), limit_);
  const RequestLimits limits{case_seconds, host_bytes_allowed(value, available_bytes_)};
  const WorkerReply reply = pool_.ask(request, limits, warm_seconds(case_seconds));
  Verdict verdict = judge([&](const AttentionCase&) { return verdict_of(reply); }, value);
  if (spoils_the_worker(verdict)) pool_.discard_worker();
  if (verdict.holds && verdict.applicable && !verdict.device_lost) {
    pool_.warm_up_with(request);
    if (reply.from_warm_worker) slowest_that_held_ = std::max(slowest_that_held_, reply.seconds);
  }
  return verdict;
}

Verdict WorkerChecker::verdict_of(const WorkerReply& reply) {
  switch (reply.kind) {
    case WorkerReply::Kind::hung:
      return disaster(reply.path, PathStatus::hung, reply.detail);
    case WorkerReply::Kind::out_of_memory:
      return disaster(reply.path, PathStatus::out_of_memory, reply.detail);
    case WorkerReply::Kind::never_begun:
    case WorkerReply::Kind::died:
      return disaster(reply.path, PathStatus::crashed, reply.detail);
    case WorkerReply::Kind::answered:
      break;
  }
  try {
    return decode<Verdict>(reply.answer);
  } catch (const WireError& error) {
    pool_.discard_worker();  // who sends this has overwritten its own memory
    return disaster(reply.path, PathStatus::crashed,
                    std::string("sent an answer that makes no sense: ") + error.what());
  }
}

void WorkerChecker::quarantine(const std::string& path) { request_.quarantined.push_back(path); }

void WorkerChecker::begin_search(const Verdict& failed) {
  searching_ = true;
  if (is_disaster(failed)) pool_.look_closer();
}

void WorkerChecker::end_search() {
  searching_ = false;
  pool_.look_as_usual();
}

double WorkerChecker::warm_seconds(double case_seconds) const {
  if (!searching_) return case_seconds;
  return std::max(least_patience_seconds, times_the_slowest * slowest_that_held_);
}

std::uint64_t host_bytes_allowed(const AttentionCase& value, std::uint64_t available_bytes) {
  const double wanted = static_cast<double>(base_bytes) + times_the_reference * cost_of(value).bytes;
  return static_cast<std::uint64_t>(std::min(wanted, static_cast<double>(available_bytes) / 2));
}

}  // namespace attngate
