#include <numeric>

#include "attngate/properties/metamorphic.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/seeded_draw.h"
#include "attngate/values/sequences.h"

namespace attngate {
namespace {

/// So many sequences run alone: more would cost more than the batch.
constexpr std::int64_t sequences_alone = 2;

/// Sequences [begin, end) as a batch of their own, unless they have no tokens.
void add_part(std::vector<Part>& parts, const CaseInputs& batch, std::int64_t begin, std::int64_t end) {
  std::vector<std::int64_t> sources(static_cast<std::size_t>(end - begin));
  std::iota(sources.begin(), sources.end(), begin);
  CaseInputs inputs = sequences_of(batch, sources);
  if (inputs.attention_case().total_tokens() == 0) return;
  const std::int64_t first_row = first_rows(batch.attention_case())[static_cast<std::size_t>(begin)];
  parts.push_back({std::move(inputs), first_row});
}

Variant split(const CaseInputs& base, std::string relation, std::vector<Part> parts) {
  return {.relation = std::move(relation),
          .inputs = base,
          .from_base = same_rows,
          .keeps_truth = true,
          .parts = std::move(parts)};
}

std::vector<Variant> variants(const CaseInputs& base) {
  const std::int64_t batch = base.attention_case().batch_size();
  std::vector<Part> halves, alone;
  add_part(halves, base, 0, batch / 2);
  add_part(halves, base, batch / 2, batch);
  SeededDraw draw(base.attention_case(), "batch_split");
  for (std::int64_t i = 0; i < sequences_alone; ++i) {
    const std::int64_t sequence = draw.below(batch);
    add_part(alone, base, sequence, sequence + 1);
  }
  return {split(base, "batch split into halves: every row as before", std::move(halves)),
          split(base, "sequences run alone: their rows as before", std::move(alone))};
}

}  // namespace

Property batch_split_property() {
  return metamorphic_property({.name = "batch_split",
                               .summary = "halves of a batch, and sequences alone, give the rows of the whole batch",
                               .adapt = two_or_more_sequences,
                               .why_not = why_not_two_sequences,
                               .variants = variants});
}

}  // namespace attngate
