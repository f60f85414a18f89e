#include "attngate/run/for_all.h"

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

#include "attngate/base/elapsed.h"
#include "attngate/case/text.h"
#include "attngate/run/stop_request.h"

namespace attngate {
namespace {

// Two more runs: enough to tell "always" from "now and then" without doubling the time of a slow failure.
constexpr unsigned reruns_of_a_failure = 2;

// A property that applies to fewer than one drawn case in 20 ends early rather than draw on and on.
constexpr std::uint64_t draws_per_case = 20;

/// What happens between begin_search() and end_search() of a checker.
class Search {
 public:
  Search(CaseChecker& checker, const Verdict& failed) : checker_(checker) { checker_.begin_search(failed); }
  ~Search() { checker_.end_search(); }
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

 private:
  CaseChecker& checker_;
};

class Run {
 public:
  Run(const ForAllOptions& options, const Draw& draw, const Shrinks& shrinks, CaseChecker& checker)
      : options_(options), draw_(draw), shrinks_(shrinks), checker_(checker) {}

  RunReport operator()() {
    try {
      run_cases();
    } catch (const RunStopped& stopped) {
      report_.error = stopped.what();
      report_.ended_by = RunEnd::stopped;
    } catch (const std::exception& error) {  // no case can be checked any more; what was seen so far counts
      report_.error = error.what();
      report_.ended_by = RunEnd::error;
    }
    report_.wall_seconds = watch_.seconds();
    report_.loop_seconds = report_.wall_seconds - aside_seconds_;
    conclude();
    return std::move(report_);
  }

 private:
  void run_cases() {
    if (options_.replay) {
      visit(CaseOrigin::replay, 0, *options_.replay);
    } else {
      run_corpus();
      run_random();
    }
  }

  void run_corpus() {
    for (std::uint64_t index = 0; index < options_.corpus.size() && !stopped_; ++index) {
      visit(CaseOrigin::corpus, index, options_.corpus[index]);
    }
  }

  void run_random() {
    const Elapsed phase;
    const double aside_before = aside_seconds_;
    for (std::uint64_t index = 0; report_.random_cases < options_.max_cases && !stopped_; ++index) {
      if (index / draws_per_case >= options_.max_cases) return stop(RunEnd::too_few_apply);
      if (phase.seconds() - (aside_seconds_ - aside_before) >= options_.max_seconds) return stop(RunEnd::time_limit);
      const Elapsed drawing;
      std::optional<AttentionCase> drawn;
      try {
        drawn = draw_(index);
      } catch (const std::exception& error) {
        report_.error = "the generator threw on case " + std::to_string(index) + ": " + error.what();
        return stop(RunEnd::error);
      }
      report_.generate_us += drawing.seconds() * 1e6;
      visit(CaseOrigin::random, index, *drawn);
    }
    if (!stopped_ && options_.max_cases > 0) report_.ended_by = RunEnd::case_limit;
  }

  void stop(RunEnd why) {
    stopped_ = true;
    report_.ended_by = why;
  }

  // Runs one evaluation that the listeners know of beforehand.
  CheckedCase evaluate(const AttentionCase& value) {
    CheckedCase checked{value, to_line(value), {}};
    for (RunListener* listener : options_.listeners) listener->case_begins(checked.line);
    checked.verdict = checker_.check(value, checked.line);
    for (RunListener* listener : options_.listeners) listener->case_ends();
    return checked;
  }

  // Checks a case, and again without the path that failed, until the others hold.
  void visit(CaseOrigin origin, std::uint64_t index, const AttentionCase& value) {
    std::set<std::string> heard;
    for (bool again = true; again && !stopped_;) {
      const Elapsed evaluation;
      const double stood_still_before = checker_.stood_still_seconds();
      CheckedCase checked = evaluate(value);
      // The time limit of a disaster, mostly, is no path's figure; neither is the time in which this process stood
      // still.
      aside_seconds_ +=
          is_disaster(checked.verdict) ? evaluation.seconds() : checker_.stood_still_seconds() - stood_still_before;
      if (!checked.verdict.applicable) {
        if (heard.empty()) note_inapplicable(checked.verdict);
        tell_checked(origin, index, checked, !heard.empty());
        return;
      }
      const bool first_look = heard.empty();
      if (origin == CaseOrigin::replay && first_look) report_.replayed = checked.verdict;
      add_to_report(origin, checked, heard);
      tell_checked(origin, index, checked, !first_look);
      if (checked.verdict.holds) {
        last_that_held_ = value;
        return;
      }
      const Elapsed aside;
      for (RunListener* listener : options_.listeners) listener->case_fails(checked);
      again = on_failure(origin, index, std::move(checked), first_look);
      aside_seconds_ += aside.seconds();
      if (options_.stop_at_first_failure) stop(RunEnd::failure);
    }
  }

  void tell_checked(CaseOrigin origin, std::uint64_t index, const CheckedCase& checked, bool again) {
    const CaseNews news{origin, index, checked, again, report_, watch_.seconds() - aside_seconds_};
    for (RunListener* listener : options_.listeners) listener->case_checked(news);
  }

  void note_inapplicable(const Verdict& verdict) {
    ++report_.inapplicable_cases;
    report_.why_inapplicable = verdict.reason;
    const auto is_out = [&](const PathSummary& summary) { return quarantined_.contains(summary.path); };
    // Every path that ever took part has failed: nothing is left to draw cases for.
    if (!quarantined_.empty() && std::ranges::all_of(report_.paths, is_out)) stop(RunEnd::no_path_left);
  }

  // Adds what is new of a case: a second look, without the path that failed, repeats what the others did in the first.
  void add_to_report(CaseOrigin origin, const CheckedCase& checked, std::set<std::string>& heard) {
    Verdict news = checked.verdict;
    std::erase_if(news.paths, [&](const PathOutcome& outcome) { return heard.contains(outcome.path); });
    if (heard.empty()) {
      report_.add(origin, checked.line, news);
      report_.coverage.add(checked.value);
    } else {
      report_.add_paths(origin, checked.line, news);
    }
    heard.insert("");  // a case without a single path is counted once as well
    for (const PathOutcome& outcome : news.paths) heard.insert(outcome.path);
  }

  // Runs a failed case again, shrinks it and takes its path out; true when the others are to be heard on the same case.
  bool on_failure(CaseOrigin origin, std::uint64_t index, CheckedCase checked, bool first_look) {
    const Search search(checker_, checked.verdict);
    Failure failure;
    failure.origin = origin;
    failure.index = index;
    failure.first = std::move(checked);
    try {
      run_again(failure);
    } catch (const std::exception& error) {
      failure.not_shrunk = std::string("it could not run again: ") + error.what();
    }
    failure.blame = blame_of(failure.first.verdict);
    if (first_look) {
      ++report_.failed_cases;
      if (failure.flaky()) ++report_.flaky_cases;
    }
    const bool one_path = failure.blame && failure.blame->is_one_path();
    // A check that knows no quarantine: the first failure of a path is the one to report.
    if (one_path && quarantined_.contains(failure.blame->path)) return false;
    if (failure.not_shrunk.empty()) failure.not_shrunk = reason_not_to_shrink(failure);
    if (failure.not_shrunk.empty()) shrink_into(failure);
    report_.failures.push_back(std::move(failure));
    for (RunListener* listener : options_.listeners) listener->case_shrunk(report_.failures.back());
    if (one_path) {
      quarantined_.insert(report_.failures.back().blame->path);
      checker_.quarantine(report_.failures.back().blame->path);
    } else {
      stop(RunEnd::failure);  // nobody to leave out: the next case would fail the same way
    }
    return one_path;
  }

  void run_again(Failure& failure) {
    for (; failure.reruns < reruns_of_a_failure; ++failure.reruns) {
      const CheckedCase again = evaluate(failure.first.value);
      if (again.verdict.holds) ++failure.reruns_held;
      // Work on a device is queued, so the first look may have blamed a neighbour; the search looks closer.
      if (is_disaster(failure.first.verdict) && is_disaster(again.verdict) && failure.reruns == 0 &&
          blame_of(again.verdict)->path != blame_of(failure.first.verdict)->path) {
        failure.first.verdict = again.verdict;
      }
    }
  }

  std::string reason_not_to_shrink(const Failure& failure) {
    if (failure.flaky()) return "flaky: smaller cases would hold or fail by chance";
    if (failure.origin == CaseOrigin::replay) return "a replay runs only its one case";
    if (!shrinks_) return "there is no shrinker";
    if (checker_.isolates()) return "";
    // After a sticky error (a CUDA illegal access) every case fails, and shrinking would end at an innocent one.
    if (last_that_held_ && !evaluate(*last_that_held_).verdict.holds) {
      return "this process fails everything now, even a case that held before; replay the line in a fresh one";
    }
    return "";
  }

  void shrink_into(Failure& failure) {
    try {
      ShrinkResult result = shrink(shrinks_(failure.first.value), failure.blame, options_.shrink,
                                   [this](const AttentionCase& value) { return evaluate(value); });
      failure.shrunk = std::move(result.smallest);
      failure.shrink_attempts = result.attempts;
      failure.shrink_steps = result.steps;
      failure.shrink_seconds = result.seconds;
      failure.shrink_budget_ended = result.budget_ended;
    } catch (const std::exception& error) {
      failure.not_shrunk = std::string("the shrinker threw: ") + error.what();  // must not hide the failure itself
    }
  }

  void conclude() {
    if (report_.cases() == 0 && report_.inapplicable_cases == 0 && report_.error.empty()) {
      report_.error = "nothing ran: no replayed case, no corpus case, and a budget without random cases";
    }
    for (RunListener* listener : options_.listeners) listener->run_ends(report_);
  }

  const ForAllOptions& options_;
  const Draw& draw_;
  const Shrinks& shrinks_;
  CaseChecker& checker_;
  RunReport report_;
  Elapsed watch_;
  double aside_seconds_ = 0;  // spent on re-runs and shrinking, or standing still
  bool stopped_ = false;
  std::optional<AttentionCase> last_that_held_;
  std::set<std::string> quarantined_;
};

}  // namespace

RunReport for_all(const ForAllOptions& options, const Draw& draw, const Shrinks& shrinks, CaseChecker& checker) {
  return Run(options, draw, shrinks, checker)();
}

RunReport for_all(const ForAllOptions& options, const Draw& draw, const Shrinks& shrinks, const Check& check) {
  CheckHere checker([&](const std::vector<std::string>&) { return check; });
  return for_all(options, draw, shrinks, checker);
}

}  // namespace attngate
