#include <new>

#include "attngate/base/printable.h"
#include "attngate/run/case_checker.h"

namespace attngate {
namespace {

Verdict failing(std::string reason) {
  Verdict verdict;
  verdict.holds = false;
  verdict.reason = std::move(reason);
  return verdict;
}

// Why a verdict that says "holds" must not be believed; empty when it may.
std::string contradiction(const Verdict& verdict) {
  if (verdict.paths.empty()) return "no path ran";
  for (const PathOutcome& outcome : verdict.paths) {
    if (!outcome.holds()) return outcome.path + ": " + to_string(outcome.status);
  }
  if (!(verdict.worst_margin <= 1)) return verdict.worst_path + ": margin above 1 or not a number";
  return "";
}

}  // namespace

Verdict judge(const Check& check, const AttentionCase& attention_case) {
  Verdict verdict;
  try {
    verdict = check(attention_case);
  } catch (const std::bad_alloc&) {
    return failing("out of memory");
  } catch (const std::exception& error) {
    return failing("exception: " + first_line(error.what()));
  } catch (...) {
    return failing("exception: of a type that is no std::exception");
  }
  if (!verdict.applicable) {
    verdict.holds = true;
    return verdict;
  }
  if (verdict.holds) {
    verdict.reason = contradiction(verdict);
    verdict.holds = verdict.reason.empty();
  } else if (verdict.reason.empty()) {
    verdict.reason = "no reason given";
  }
  return verdict;
}

Verdict CheckHere::check(const AttentionCase& value, const std::string&) { return judge(check_, value); }

void CheckHere::quarantine(const std::string& path) {
  quarantined_.push_back(path);
  check_ = bind_(quarantined_);
}

}  // namespace attngate
