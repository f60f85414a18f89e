#include "attngate/runner/for_all.h"

#include <chrono>
#include <exception>
#include <utility>

#include "attngate/case/text.h"
#include "attngate/runner/journal.h"
#include "attngate/runner/last_words.h"
#include "attngate/runner/progress.h"

namespace attngate {
namespace {

// Two more runs: enough to tell "always" from "now and then" without doubling the time of a slow failure.
constexpr unsigned reruns_of_a_failure = 2;

// A property that applies to fewer than one drawn case in 20 ends early rather than draw on and on.
constexpr std::uint64_t draws_per_case = 20;

class StopWatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

class Run {
 public:
  Run(const ForAllOptions& options, const Draw& draw, const Shrinks& shrinks, const Check& check)
      : options_(options), draw_(draw), shrinks_(shrinks), check_(check), last_words_(options.run, options.case_timeout_seconds) {
    if (!options.journal_path.empty()) journal_.emplace(options.journal_path, options.run.test, options.run.seed);
  }

  RunReport operator()() {
    if (options_.replay) {
      visit(CaseOrigin::replay, 0, *options_.replay);
    } else {
      run_corpus();
      run_random();
    }
    report_.wall_seconds = watch_.seconds();
    report_.loop_seconds = report_.wall_seconds - aside_seconds_;
    conclude();
    return std::move(report_);
  }

 private:
  void run_corpus() {
    for (std::uint64_t index = 0; index < options_.corpus.size() && !stopped_; ++index) {
      visit(CaseOrigin::corpus, index, options_.corpus[index]);
    }
  }

  void run_random() {
    const StopWatch phase;
    const double aside_before = aside_seconds_;
    for (std::uint64_t index = 0; report_.random_cases < options_.max_cases && !stopped_; ++index) {
      if (index / draws_per_case >= options_.max_cases) break;
      if (phase.seconds() - (aside_seconds_ - aside_before) >= options_.max_seconds) break;
      const StopWatch drawing;
      std::optional<AttentionCase> drawn;
      try {
        drawn = draw_(index);
      } catch (const std::exception& error) {
        report_.error = "the generator threw on case " + std::to_string(index) + ": " + error.what();
        return;
      }
      report_.generate_us += drawing.seconds() * 1e6;
      visit(CaseOrigin::random, index, *drawn);
    }
  }

  // Runs one evaluation with its line on record.
  CheckedCase evaluate(const AttentionCase& value) {
    CheckedCase checked{value, to_line(value), {}};
    last_words_.enter(checked.line);  // first, so that whoever reads the line in the journal can count on the last words
    if (journal_) journal_->write_case(checked.line);
    checked.verdict = judge(check_, value);
    last_words_.leave();
    return checked;
  }

  void visit(CaseOrigin origin, std::uint64_t index, const AttentionCase& value) {
    CheckedCase checked = evaluate(value);
    if (!checked.verdict.applicable) {
      ++report_.inapplicable_cases;
      report_.why_inapplicable = checked.verdict.reason;
      return;
    }
    report_.add(origin, checked.line, checked.verdict);
    progress_.show(report_.cases(), watch_.seconds() - aside_seconds_, report_.worst_margin);
    if (checked.verdict.holds) {
      last_that_held_ = value;
      return;
    }
    const StopWatch aside;
    progress_.clear();
    on_failure(origin, index, std::move(checked));
    aside_seconds_ += aside.seconds();
    stopped_ = options_.stop_at_first_failure;
  }

  void on_failure(CaseOrigin origin, std::uint64_t index, CheckedCase checked) {
    Failure failure;
    failure.origin = origin;
    failure.index = index;
    failure.first = std::move(checked);
    for (; failure.reruns < reruns_of_a_failure; ++failure.reruns) {
      if (evaluate(failure.first.value).verdict.holds) ++failure.reruns_held;
    }
    ++report_.failed_cases;
    if (failure.flaky()) ++report_.flaky_cases;
    if (report_.failure) return;  // the first one is the one to report
    failure.not_shrunk = reason_not_to_shrink(failure);
    if (failure.not_shrunk.empty()) shrink_into(failure);
    report_.failure = std::move(failure);
  }

  std::string reason_not_to_shrink(const Failure& failure) {
    if (failure.flaky()) return "flaky: smaller cases would hold or fail by chance";
    if (failure.origin == CaseOrigin::replay) return "a replay runs only its one case";
    if (!shrinks_) return "there is no shrinker";
    // After a sticky error (a CUDA illegal access) every case fails, and shrinking would end at an innocent one.
    if (last_that_held_ && !evaluate(*last_that_held_).verdict.holds) {
      return "this process fails everything now, even a case that held before; replay the line in a fresh one";
    }
    return "";
  }

  void shrink_into(Failure& failure) {
    try {
      ShrinkResult result = shrink(shrinks_(failure.first.value), options_.shrink, [this](const AttentionCase& value) { return evaluate(value); });
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
    if (!journal_) return;
    journal_->finish();
    report_.journal_path = journal_->path();
    if (report_.error.empty()) report_.error = journal_->error();
  }

  const ForAllOptions& options_;
  const Draw& draw_;
  const Shrinks& shrinks_;
  const Check& check_;
  std::optional<Journal> journal_;
  LastWords last_words_;
  Progress progress_;
  RunReport report_;
  StopWatch watch_;
  double aside_seconds_ = 0;  // spent on re-runs and shrinking
  bool stopped_ = false;
  std::optional<AttentionCase> last_that_held_;
};

}  // namespace

RunReport for_all(const ForAllOptions& options, const Draw& draw, const Shrinks& shrinks, const Check& check) {
  return Run(options, draw, shrinks, check)();
}

}  // namespace attngate
