#include "attngate/verdict/blame.h"

#include <algorithm>

namespace attngate {
namespace {

bool is_disaster_status(PathStatus status) {
  return status == PathStatus::crashed || status == PathStatus::hung || status == PathStatus::device_lost ||
         status == PathStatus::out_of_memory;
}

}  // namespace

std::optional<Blame> blame_of(const Verdict& verdict) {
  const auto found = std::ranges::find_if_not(verdict.paths, &PathOutcome::holds);
  if (verdict.holds || found == verdict.paths.end()) return std::nullopt;
  return Blame{found->path, found->status};
}

bool fails_alike(const Verdict& verdict, const std::optional<Blame>& blame) {
  if (verdict.holds || !verdict.applicable) return false;
  if (!blame) return !blame_of(verdict);
  return std::ranges::any_of(verdict.paths, [&](const PathOutcome& outcome) {
    return outcome.path == blame->path && outcome.status == blame->status;
  });
}

bool is_disaster(const Verdict& verdict) {
  const std::optional<Blame> blame = blame_of(verdict);
  return blame && is_disaster_status(blame->status);
}

bool fails_by_an_error(const Verdict& verdict) {
  if (verdict.holds) return false;
  const std::optional<Blame> blame = blame_of(verdict);
  return !blame || blame->status == PathStatus::unexpected_error || blame->status == PathStatus::out_of_memory ||
         blame->status == PathStatus::device_lost;
}

Verdict disaster(const std::string& path, PathStatus status, const std::string& detail) {
  Verdict verdict;
  verdict.holds = false;
  PathOutcome& outcome = verdict.paths.emplace_back();
  outcome.path = path.empty() ? outside_paths : path;
  outcome.status = status;
  outcome.detail = detail;
  verdict.reason = outcome.path + ": " + to_string(status) + ": " + detail;
  return verdict;
}

}  // namespace attngate
