// The columns that both sweeps have.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "attngate/base/number_text.h"
#include "attngate/case/attention_work.h"
#include "attngate/sweep/sweep_plan.h"

namespace attngate {
namespace {

/// As the seed programs write times, speedups and padding.
std::string decimals(double value) { return fmt::format("{:.3f}", value); }

const OperatorAnswer* operator_of(const SweepAnswer& answer, std::size_t index) {
  return index < answer.operators.size() ? &answer.operators[index] : nullptr;
}

const RatioEstimate* speedup_of(const SweepAnswer& answer, std::size_t index) {
  return index < answer.speedups.size() && answer.speedups[index] ? &*answer.speedups[index] : nullptr;
}

SweepColumn speedup_part(const std::string& name, const std::string& heading, std::size_t index,
                         double RatioEstimate::*part) {
  return {name, heading, /*is_number=*/true, /*is_planned=*/false,
          [index, part](const SweepPoint&, const SweepAnswer& answer) {
            const RatioEstimate* ratio = speedup_of(answer, index);
            return ratio ? decimals(ratio->*part) : "";
          }};
}

double padded_share(const AttentionCase& attention_case) {
  return 1 - static_cast<double>(attention_case.total_tokens()) /
                 static_cast<double>(attention_case.batch_size() * attention_case.padded_length());
}

/// "ok", "error", or "skipped" where nothing was timed.
std::string status_of(const SweepAnswer& answer) {
  if (!answer.holds()) return "error";
  const auto is_timed = [](const OperatorAnswer& one) { return one.kind == OperatorAnswer::Kind::timed; };
  return std::ranges::any_of(answer.operators, is_timed) ? "ok" : "skipped";
}

/// Everything that is not as it should be, and why operators were skipped.
std::string detail_of(const SweepPoint& point, const SweepAnswer& answer) {
  std::string detail = answer.problem;
  for (std::size_t index = 0; index < answer.operators.size(); ++index) {
    const OperatorAnswer& one = answer.operators[index];
    const std::string label = (detail.empty() ? "" : "; ") + point.request.operators[index].label;
    switch (one.kind) {
      case OperatorAnswer::Kind::skipped:
        detail += label + " skipped: " + one.reason;
        break;
      case OperatorAnswer::Kind::failed:
        detail += label + " failed: " + one.reason;
        break;
      case OperatorAnswer::Kind::timed:
        if (one.launches_show) detail += label + ": the device may have waited for the host in some samples";
    }
  }
  return detail;
}

}  // namespace

SweepColumn configuration_column(const std::string& name, const std::string& heading, bool is_number) {
  return {name, heading, is_number, /*is_planned=*/true,
          [name](const SweepPoint& point, const SweepAnswer&) { return point.configuration.at(name); }};
}

SweepColumn time_column(const std::string& name, const std::string& heading, std::size_t index) {
  return {name, heading, /*is_number=*/true, /*is_planned=*/false,
          [index](const SweepPoint&, const SweepAnswer& answer) -> std::string {
            const OperatorAnswer* one = operator_of(answer, index);
            if (one == nullptr) return "";
            if (one->kind == OperatorAnswer::Kind::skipped) return "skipped";
            return one->us > 0 ? decimals(one->us) : "";  // it failed, or another one ended the row
          }};
}

SweepColumn backend_column(const std::string& name, const std::string& heading, std::size_t index) {
  return {name, heading, /*is_number=*/false, /*is_planned=*/false,
          [index](const SweepPoint&, const SweepAnswer& answer) {
            const OperatorAnswer* one = operator_of(answer, index);
            return one ? one->backend : std::string();
          }};
}

SweepColumn speedup_column(const std::string& name, const std::string& heading, std::size_t index,
                           const std::string& interval) {
  SweepColumn column = speedup_part(name, heading, index, &RatioEstimate::centre);
  column.interval = interval;
  return column;
}
SweepColumn lower_column(const std::string& name, std::size_t index) {
  return speedup_part(name, "", index, &RatioEstimate::lower);
}
SweepColumn upper_column(const std::string& name, std::size_t index) {
  return speedup_part(name, "", index, &RatioEstimate::upper);
}

SweepColumn tflops_column(const std::string& name, const std::string& heading, std::size_t index) {
  return {name, heading, /*is_number=*/true, /*is_planned=*/false,
          [index](const SweepPoint& point, const SweepAnswer& answer) -> std::string {
            const OperatorAnswer* one = operator_of(answer, index);
            if (one == nullptr || one->us <= 0) return "";
            // FLOPs in a microsecond are 10^6 a second.
            return fmt::format("{:.4g}", mha_work(point.attention_case, InputForm::nested).flops / one->us * 1e-6);
          }};
}

SweepColumn padding_column() {
  return {"padding", "padding", /*is_number=*/true, /*is_planned=*/true,
          [](const SweepPoint& point, const SweepAnswer&) { return decimals(padded_share(point.attention_case)); }};
}

SweepColumn tokens_column() {
  return {"tokens", "", /*is_number=*/true, /*is_planned=*/true, [](const SweepPoint& point, const SweepAnswer&) {
            return std::to_string(point.attention_case.total_tokens());
          }};
}

void add_closing_columns(SweepPlan& plan) {
  const auto add = [&](const std::string& name, const std::string& heading, bool is_number, auto cell) {
    plan.columns.push_back({name, heading, is_number, /*is_planned=*/false, cell});
  };
  add("worst_margin", "margin", true, [](const SweepPoint&, const SweepAnswer& answer) {
    return answer.checked_sequences > 0 ? margin_text(answer.worst_margin, 3) : "";
  });
  add("checked_sequences", "checked", true,
      [](const SweepPoint&, const SweepAnswer& answer) { return std::to_string(answer.checked_sequences); });
  add("pairs", "pairs", true,
      [](const SweepPoint&, const SweepAnswer& answer) { return std::to_string(answer.rounds); });
  add("status", "status", false, [](const SweepPoint&, const SweepAnswer& answer) { return status_of(answer); });
  add("detail", "", false, detail_of);
  add("run", "", false, [id = run_id(plan.options)](const SweepPoint&, const SweepAnswer&) { return id; });
  plan.columns.back().is_planned = true;
}

}  // namespace attngate
