#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "attngate/case/attention_case.h"
#include "attngate/samples/samples.h"
#include "attngate/samples/stopping_rule.h"
#include "attngate/sweep/sweep_plan.h"

namespace attngate {

/// "fp16", "bf16", ...
std::vector<std::string> names_of(const std::vector<DType>& dtypes);

/// As Python prints it: "torch.float16", "torch.bfloat16" or "torch.float32".
std::string torch_name(DType dtype);

/// The values, separated by commas; of many the first, the last and how many there are.
std::string list_text(const std::vector<std::string>& values);
std::string list_text(const std::vector<std::int64_t>& values);

/// Adds what is measured and the rule to a plan's options.
void add_rule(OptionValues& values, Quantity quantity, const StoppingRule& rule);

/// Channels of a head; throws UsageError where heads do not divide embed_dim.
std::int64_t head_dim_of(std::int64_t embed_dim, std::int64_t heads);

/// Throws UsageError unless each embed_dim and number of heads make a case that can exist.
void require_head_dims(const std::vector<std::int64_t>& embed_dims, const std::vector<std::int64_t>& heads);

/// Throws UsageError naming the option unless it has values, all of them different and from 1 to `most`.
void require_values(std::string_view option, const std::vector<std::int64_t>& values, std::int64_t most);

/// The same for a list of anything, as text: without values there is no configuration, and a value twice gives the same
/// ones again.
void require_any(std::string_view option, const std::vector<std::string>& values);

/// Throws UsageError unless the rule can be followed and the quantity be sampled in rounds.
void require_rule(Quantity quantity, const StoppingRule& rule);

}  // namespace attngate
