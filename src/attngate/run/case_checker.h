#pragma once

#include <functional>
#include <string>
#include <vector>

#include "attngate/case/attention_case.h"
#include "attngate/verdict/verdict.h"

namespace attngate {

/// Says of one case whether the property holds; an exception counts as "does not hold".
using Check = std::function<Verdict(const AttentionCase&)>;

/// The check without the paths named.
using BindCheck = std::function<Check(const std::vector<std::string>& quarantined)>;

/// Where cases are checked, and without which paths.
class CaseChecker {
 public:
  virtual ~CaseChecker() = default;

  /// Says of one case, given with its line, whether the property holds. Throws only when nothing can be checked any
  /// more.
  virtual Verdict check(const AttentionCase& value, const std::string& line) = 0;

  /// Leaves the path out of all later cases: it has failed, and the others shall still be heard.
  virtual void quarantine(const std::string& path) = 0;

  /// A case failed like this; what comes until end_search() are its re-runs and smaller forms.
  virtual void begin_search(const Verdict& failed) = 0;
  virtual void end_search() = 0;

  /// True where a path that crashes or hangs ends a worker and not this process.
  virtual bool isolates() const = 0;

  /// Time in s up to now in which this process stood still (Ctrl-Z) and nothing could be checked.
  virtual double stood_still_seconds() const { return 0; }
};

/// Checks in this process: for debuggers, profilers and compute-sanitizer, and for checks that cannot die.
class CheckHere : public CaseChecker {
 public:
  explicit CheckHere(BindCheck bind) : bind_(std::move(bind)), check_(bind_({})) {}

  Verdict check(const AttentionCase& value, const std::string& line) override;
  void quarantine(const std::string& path) override;
  void begin_search(const Verdict&) override {}
  void end_search() override {}
  bool isolates() const override { return false; }

 private:
  BindCheck bind_;
  std::vector<std::string> quarantined_;
  Check check_;
};

/// The verdict of `check`, made consistent: an exception, no path at all, a path outside its promise or a margin above
/// 1 means that it does not hold, whatever the check says.
Verdict judge(const Check& check, const AttentionCase& attention_case);

}  // namespace attngate
