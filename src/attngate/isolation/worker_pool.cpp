#include "attngate/isolation/worker_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "attngate/isolation/worker_error.h"

namespace attngate {
namespace {

// One worker may fall to an accident, of a machine short of memory say; a second one shows that none will do.
constexpr int attempts = 2;

}  // namespace

WorkerPool::WorkerPool(WorkerBody body, WorkerPoolOptions options)
    : body_(std::move(body)), options_(std::move(options)) {}

WorkerReply WorkerPool::ask(const std::string& request, const RequestLimits& limits, double warm_seconds) {
  std::string detail;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    WorkerProcess& worker = ready_worker();
    RequestLimits allowed = limits;
    if (worker.warm()) allowed.seconds = std::min(limits.seconds, warm_seconds);
    WorkerReply reply = worker.ask(request, allowed);
    stood_still_seconds_ += reply.stood_still;
    if (reply.kind != WorkerReply::Kind::answered) discard_worker();
    if (reply.kind != WorkerReply::Kind::never_begun) return reply;
    detail = reply.detail;
  }
  throw WorkerError("workers end while they wait for a request: the last one " + detail);
}

WorkerProcess& WorkerPool::ready_worker() {
  std::string problem;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    if (!worker_) worker_ = standbys_.empty() ? start_worker() : take_standby();
    fill_standbys();
    try {
      if (worker_->wait_until_ready(options_.start_seconds)) return *worker_;
      problem = fmt::format("it was not ready in {:g} s", options_.start_seconds);
    } catch (const WorkerError& error) {
      problem = error.what();
    }
    worker_.reset();
    warm_up_.clear();  // it may be what they die of
  }
  throw WorkerError("no worker can be started: " + problem);
}

std::unique_ptr<WorkerProcess> WorkerPool::start_worker() const {
  WorkerStart start;
  start.warm_up = warm_up_;
  if (closer_) start.environment = options_.closer_environment;
  return std::make_unique<WorkerProcess>(body_, start);
}

std::unique_ptr<WorkerProcess> WorkerPool::take_standby() {
  std::unique_ptr<WorkerProcess> oldest = std::move(standbys_.front());  // it has had the longest time to get ready
  standbys_.erase(standbys_.begin());
  return oldest;
}

void WorkerPool::fill_standbys() {
  while (closer_ && standbys_.size() < options_.standbys) standbys_.push_back(start_worker());
}

void WorkerPool::discard_worker() {
  worker_.reset();
  fill_standbys();  // it gets ready while the next one works
}

void WorkerPool::look_closer() {
  if (closer_) return;
  closer_ = true;
  // A worker in the usual environment would not see what a closer look shows.
  if (!options_.closer_environment.empty()) worker_.reset();
}

void WorkerPool::look_as_usual() {
  if (!closer_) return;
  closer_ = false;
  standbys_.clear();
  if (!options_.closer_environment.empty()) worker_.reset();
}

std::vector<pid_t> WorkerPool::processes() const {
  std::vector<pid_t> ids;
  if (worker_) ids.push_back(worker_->id());
  for (const auto& standby : standbys_) ids.push_back(standby->id());
  return ids;
}

}  // namespace attngate
