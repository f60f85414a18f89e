#include "attngate/sweep/grid_text.h"

#include <fmt/format.h>

#include <set>

#include "attngate/base/joined.h"
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

std::string list_text(const std::vector<std::string>& values) {
  constexpr std::size_t most_shown = 8;
  if (values.size() <= most_shown) return joined(values, ",");
  return fmt::format("{},...,{} ({} values)", values.front(), values.back(), values.size());
}

std::string list_text(const std::vector<std::int64_t>& values) {
  std::vector<std::string> texts;
  for (const std::int64_t value : values) texts.push_back(fmt::to_string(value));
  return list_text(texts);
}

void add_rule(OptionValues& values, Quantity quantity, const StoppingRule& rule) {
  values.emplace_back("quantity", to_string(quantity));
  values.emplace_back("estimate", "centre");
  values.emplace_back("width", fmt::format("{:g}", rule.width));
  values.emplace_back("least_pairs", fmt::to_string(rule.least_rounds));
  values.emplace_back("most_pairs", fmt::to_string(rule.most_rounds));
  values.emplace_back("row_seconds", fmt::format("{:g}", rule.most_seconds));
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
