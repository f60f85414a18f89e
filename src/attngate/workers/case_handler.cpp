#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <map>
#include <memory>

#include "attngate/case/cost.h"
#include "attngate/case/text.h"
#include "attngate/isolation/host_memory.h"
#include "attngate/isolation/messages.h"
#include "attngate/run/case_checker.h"
#include "attngate/values/case_inputs.h"
#include "attngate/verdict/blame.h"
#include "attngate/workers/device.h"
#include "attngate/workers/handlers.h"
#include "attngate/workers/worker.h"

namespace attngate {
namespace {

/// What lives in a worker: bound checks, which keep their buffers from case to case.
class CaseHandler {
 public:
  CaseHandler(const PathRegistry& registry, c10::Device device) : registry_(registry), device_(device) {}

  std::string answer(std::string_view message, const OnPath& on_path) {
    const CaseRequest request = decode<CaseRequest>(message);
    const AttentionCase attention_case = parse_line(request.line);
    limit_device_memory(device_, attention_case);
    if (request.kind == CaseRequest::Kind::hash_inputs) {
      HashAnswer answer;
      answer.problem = error_of([&] { answer.hash = input_hash(attention_case, device_); });
      return encode(answer);
    }
    // What binds a property may raise as well: it makes streams, for which a full device has no room.
    Verdict verdict =
        judge([&](const AttentionCase& value) { return check_for(request, on_path)(value); }, attention_case);
    note_crowd(verdict);
    return encode(verdict);
  }

 private:
  /// On a device that others fill, any call may fail, and each library has its own words for that.
  void note_crowd(Verdict& verdict) const {
    if (!fails_by_an_error(verdict)) return;
    const std::optional<std::string> crowd = memory_taken_by_others(device_);
    if (!crowd) return;
    verdict.crowded_out = true;
    verdict.reason += "; " + *crowd;
    for (PathOutcome& outcome : verdict.paths) {
      if (!outcome.holds()) outcome.detail += "; " + *crowd;
    }
  }

  const PropertyCheck& check_for(CaseRequest request, const OnPath& on_path) {
    request.line.clear();
    PropertyCheck& check = checks_[encode(request)];
    if (!check) {
      const Property* property = find_property(request.property);
      if (property == nullptr) throw std::logic_error("a worker was asked for the property '" + request.property + "'");
      check = with_disasters_as_verdicts(
          property->bind({device_, &registry_, request.only, request.quarantined, on_path}), device_);
    }
    return check;
  }

  const PathRegistry& registry_;
  c10::Device device_;
  std::map<std::string, PropertyCheck> checks_;  ///< by request without its line
};

}  // namespace

RequestHandler case_handler(const PathRegistry& registry, c10::Device device) {
  return [handler = std::make_shared<CaseHandler>(registry, device)](std::string_view message, const OnPath& on_path) {
    return handler->answer(message, on_path);
  };
}

UsageError does_not_fit(const AttentionCase& attention_case, c10::Device device) {
  return UsageError(
      fmt::format("LINE: this case does not fit into the memory of {}: its reference alone takes {:.3g} GiB",
                  device.str(), cost_of(attention_case).bytes / (1 << 30)));
}

void expect_to_fit(const AttentionCase& attention_case, c10::Device device) {
  if (device.is_cuda()) return;
  const auto there = static_cast<double>(available_host_bytes());
  // A worker gets half of it, see host_bytes_allowed().
  const double allowed = in_process_is_asked_for() ? there : there / 2;
  const double needed = reference_bytes(attention_case);
  if (needed <= allowed) return;
  constexpr double gibibyte = 1 << 30;
  throw UsageError(
      fmt::format("LINE: this case does not fit into the memory of {}: its reference alone takes {:.3g} GiB; there are "
                  "{:.3g} GiB to spare, of which a check may take {:.3g}",
                  device.str(), needed / gibibyte, there / gibibyte, allowed / gibibyte));
}

std::uint64_t input_hash(const AttentionCase& attention_case, c10::Device device) {
  const auto refuse = [&] { throw does_not_fit(attention_case, device); };
  try {
    return hash_of_inputs(CaseInputs(attention_case, device));
  } catch (const c10::OutOfMemoryError&) {
    refuse();
  } catch (const std::bad_alloc&) {
    refuse();
  } catch (const c10::Error& error) {
    // LibTorch's host allocator has no error type of its own.
    if (std::string(error.what_without_backtrace()).find("allocate memory") == std::string::npos) throw;
    refuse();
  }
  return 0;
}

}  // namespace attngate
