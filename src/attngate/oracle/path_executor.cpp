#include "attngate/oracle/path_executor.h"

#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include "attngate/base/printable.h"
#include "attngate/paths/backend_observer.h"
#include "attngate/paths/graph_capture.h"
#include "attngate/paths/sdp_backend_guard.h"
#include "attngate/paths/wrong_result.h"
#include "attngate/values/device_stream.h"

namespace attngate {
namespace {

/// A path raised an error: is it the promised one?
void note_error(Execution& execution, const Promise& promise, const std::string& text) {
  execution.outcome.detail = first_line(text);
  const bool promised = !promise.error.empty() && text.find(promise.error) != std::string::npos;
  if (promised) {
    const bool defect = promise.kind == Promise::Kind::defective;
    execution.outcome.status = defect ? PathStatus::defect_as_recorded : PathStatus::refused_as_promised;
    return;
  }
  execution.outcome.status = PathStatus::unexpected_error;
  if (promise.kind == Promise::Kind::refuses) {
    execution.outcome.detail += " (promised an error with '" + promise.error + "')";
  }
}

/// A path returned: was that promised, and did the promised backend run?
void note_return(Execution& execution, const Promise& promise) {
  if (promise.kind == Promise::Kind::refuses) {
    execution.outcome.status = PathStatus::unexpected_success;
    execution.outcome.detail = "promised an error with '" + promise.error + "': " + promise.reason;
  } else if (!promise.backend.empty() && execution.outcome.backend != promise.backend) {
    execution.outcome.status = PathStatus::wrong_result;
    execution.outcome.detail =
        "claims backend " + promise.backend + ", but " + execution.outcome.backend + " was seen to run";
  }
}

}  // namespace

Execution PathExecutor::run_one(const SelectedPath& selected, const CaseInputs& inputs, Stopwatch& stopwatch) {
  Execution execution;
  execution.outcome.path = selected.path->name;
  const SdpBackendGuard backend(selected.path->backend);
  try {
    const BackendObserver observer;
    stopwatch.start();
    const PathOutput returned = selected.path->run(inputs);
    stopwatch.stop();
    execution.outcome.backend = observer.seen();
    note_return(execution, selected.promise);
    execution.weights = returned.weights;
    execution.rows = token_rows(returned.output, inputs);
  } catch (const WrongShape& error) {
    if (execution.outcome.status == PathStatus::ok) {
      execution.outcome.status = PathStatus::wrong_result;
      execution.outcome.detail = error.what();
    }
  } catch (const WrongResult& error) {
    execution.outcome.status = PathStatus::wrong_result;
    execution.outcome.detail = error.what();
  } catch (const CaptureFailed& error) {
    // LibTorch may go on taking the stream for one that is captured: nothing that this process says later counts.
    throw DeviceLost(selected.path->name, first_line(error.what()));
  } catch (const c10::OutOfMemoryError& error) {
    throw RanOutOfMemory(selected.path->name, first_line(error.what_without_backtrace()));
  } catch (const c10::AcceleratorError& error) {
    // Refused, or lost? Only the device knows.
    note_error(execution, selected.promise, error.what_without_backtrace());
    expect_device(selected, execution);
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    // LibTorch's host allocator has no error type of its own.
    if (text.find("DefaultCPUAllocator: can't allocate memory") != std::string::npos) {
      throw RanOutOfMemory(selected.path->name, first_line(text));
    }
    note_error(execution, selected.promise, text);
    if (execution.outcome.status == PathStatus::unexpected_error) expect_device(selected, execution);
  } catch (const std::bad_alloc&) {
    throw RanOutOfMemory(selected.path->name, "the host ran out of memory");
  } catch (const std::exception& error) {
    note_error(execution, selected.promise, error.what());
    if (execution.outcome.status == PathStatus::unexpected_error) expect_device(selected, execution);
  }
  return execution;
}

void PathExecutor::expect_device(const SelectedPath& selected, const Execution& execution) const {
  if (!device_works(device_)) throw DeviceLost(selected.path->name, execution.outcome.detail);
}

std::vector<Execution> PathExecutor::run(const std::vector<SelectedPath>& paths, const CaseInputs& inputs) {
  const c10::InferenceMode no_autograd;
  const QuietWarnings quiet;
  while (stopwatches_.size() < paths.size()) stopwatches_.emplace_back(device_);
  std::vector<Execution> executions;
  executions.reserve(paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i) {
    announce(paths[i].path->name);
    executions.push_back(run_one(paths[i], inputs, stopwatches_[i]));
  }
  announce("");
  return executions;
}

void PathExecutor::announce(const std::string& path) const {
  if (on_path_) on_path_(path);
}

void PathExecutor::read_times(std::vector<Execution>& executions) const {
  synchronize(device_);
  for (std::size_t i = 0; i < executions.size(); ++i) {
    if (executions[i].rows.defined()) executions[i].outcome.time_us = stopwatches_[i].elapsed_us();
  }
}

}  // namespace attngate
