#include "attngate/sweep/grid_text.h"

#include <fmt/format.h>

#include <set>

#include "attngate/base/usage_error.h"

namespace attngate {

std::vector<std::string> names_of(const std::vector<DType>& dtypes) {
  std::vector<std::string> names;
  for (const DType dtype : dtypes) names.push_back(to_string(dtype));
  return names;
}

std::string torch_name(DType dtype) {
  switch (dtype) {
    case DType::fp16:
      return "torch.float16";
    case DType::bf16:
      return "torch.bfloat16";
    case DType::fp32:
      return "torch.float32";
  }
  throw CaseError("dtype: not one of fp16, bf16, fp32");
}

std::string options_text(Quantity quantity, const StoppingRule& rule) {
  return fmt::format("quantity={} estimate=centre width={:g} least_pairs={} most_pairs={} row_seconds={:g}",
                     to_string(quantity), rule.width, rule.least_rounds, rule.most_rounds, rule.most_seconds);
}

std::int64_t head_dim_of(std::int64_t embed_dim, std::int64_t heads) {
  if (embed_dim % heads != 0) {
    throw UsageError(
        fmt::format("embed_dim {} is not divisible by {} heads: every embed_dim must be by every number of heads",
                    embed_dim, heads));
  }
  return embed_dim / heads;
}

void require_head_dims(const std::vector<std::int64_t>& embed_dims, const std::vector<std::int64_t>& heads) {
  for (const std::int64_t embed_dim : embed_dims) {
    for (const std::int64_t number : heads) {
      const std::int64_t head_dim = head_dim_of(embed_dim, number);
      if (head_dim <= CaseRange::max_head_dim) continue;
      throw UsageError(fmt::format("embed_dim {} with {} heads: makes a head_dim of {}, at most {} is allowed",
                                   embed_dim, number, head_dim, CaseRange::max_head_dim));
    }
  }
}

void require_values(std::string_view option, const std::vector<std::int64_t>& values, std::int64_t most) {
  std::vector<std::string> texts;
  for (const std::int64_t value : values) texts.push_back(std::to_string(value));
  require_any(option, texts);
  for (const std::int64_t value : values) {
    if (value < 1 || value > most) throw UsageError(fmt::format("{} {}: must be 1 to {}", option, value, most));
  }
}

void require_any(std::string_view option, const std::vector<std::string>& values) {
  if (values.empty())
    throw UsageError(fmt::format("{}: no value is given, and a grid without configurations measures nothing", option));
  std::set<std::string> seen;
  for (const std::string& value : values) {
    if (!seen.insert(value).second) throw UsageError(fmt::format("{}: {} is given twice", option, value));
  }
}

void require_rule(Quantity quantity, const StoppingRule& rule) {
  if (quantity == Quantity::isolated_latency)
    throw UsageError("--quantity isolated_latency: must be gpu_time or throughput");
  if (rule.least_rounds < 1 || rule.most_rounds < rule.least_rounds) {
    throw UsageError(
        fmt::format("--most-pairs {}: must be --least-pairs, {}, or more", rule.most_rounds, rule.least_rounds));
  }
}

}  // namespace attngate
