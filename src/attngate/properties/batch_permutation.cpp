#include <numeric>

#include "attngate/properties/metamorphic.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/seeded_draw.h"
#include "attngate/values/sequences.h"

namespace attngate {
namespace {

Variant rearranged(const CaseInputs& base, const std::vector<std::int64_t>& sources, std::string relation) {
  const AttentionCase& before = base.attention_case();
  CaseInputs inputs = sequences_of(base, sources);
  // Another padded length may take another kernel or tile size, which is allowed to round differently.
  const bool bitwise = inputs.attention_case().padded_length() == before.padded_length();
  return {.relation = std::move(relation),
          .inputs = std::move(inputs),
          .from_base = gather_rows(rows_of_sequences(before, sources), base.device()),
          .bitwise = bitwise,
          .keeps_truth = true};
}

std::vector<Variant> variants(const CaseInputs& base) {
  const std::int64_t batch = base.attention_case().batch_size();
  SeededDraw draw(base.attention_case(), "batch_permutation");
  // The sequence at `overwritten` becomes a duplicate of another: its neighbours see other values beside them.
  std::vector<std::int64_t> duplicated(static_cast<std::size_t>(batch));
  std::iota(duplicated.begin(), duplicated.end(), 0);
  const std::int64_t overwritten = draw.below(batch);
  const std::int64_t source = (overwritten + 1 + draw.below(batch - 1)) % batch;
  duplicated[static_cast<std::size_t>(overwritten)] = source;
  return {rearranged(base, draw.permutation(batch), "sequences permuted: rows move with them"),
          rearranged(base, duplicated,
                     "sequence " + std::to_string(overwritten) + " replaced by sequence " + std::to_string(source) +
                         ": duplicate rows, the others as before")};
}

}  // namespace

Property batch_permutation_property() {
  return metamorphic_property({.name = "batch_permutation",
                               .summary = "a sequence's rows depend neither on its place nor on its neighbours' values",
                               .adapt = two_or_more_sequences,
                               .why_not = why_not_two_sequences,
                               .variants = variants});
}

}  // namespace attngate
