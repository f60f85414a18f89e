#include <algorithm>

#include "attngate/properties/metamorphic.h"
#include "attngate/properties/parameters.h"
#include "attngate/properties/property_list.h"

namespace attngate {
namespace {

/// With values that copy the tokens and an out projection that copies the attention, nothing is left to round: the only
/// weight of a softmax over one key is 1.
std::vector<Variant> variants(const CaseInputs& base) {
  MhaParameters parameters = copy_of(base.parameters());
  copy_tokens_to_values(parameters);
  copy_attention_to_output(parameters);
  return {{.relation = "sequences of one token: attention returns its value",
           .inputs = base.with_parameters(std::move(parameters)),
           .bitwise = true,
           .reference = base.tokens().to(at::kDouble)}};
}

bool all_single(const AttentionCase& attention_case) {
  return std::ranges::all_of(attention_case.lengths, [](std::int64_t length) { return length <= 1; });
}

AttentionCase with_single_tokens(AttentionCase attention_case) {
  for (std::int64_t& length : attention_case.lengths) length = std::min<std::int64_t>(length, 1);
  return attention_case;
}

}  // namespace

Property single_token_property() {
  return metamorphic_property(
      {.name = "single_token",
       .summary = "a sequence of one token attends to itself: its value comes back, bit for bit",
       .adapt = with_single_tokens,
       .why_not = [](const AttentionCase& attention_case) -> std::string {
         return all_single(attention_case) ? "" : "single_token needs sequences of one token";
       },
       .variants = variants});
}

}  // namespace attngate
