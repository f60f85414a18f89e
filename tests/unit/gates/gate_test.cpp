#include "attngate/gates/gate.h"
#include "attngate/source_folders.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "attngate/base/usage_error.h"
#include "attngate/case/text.h"
#include "attngate/gates/gate_bounds.h"
#include "unit/scratch_folder.h"

namespace attngate::test {
namespace {

constexpr std::uint64_t catalogue_seed = 0xa77e;

std::string quantity_of(const Gate& gate) {
  switch (gate.kind) {
    case GateKind::roofline:
      return "share_of_product_peak";
    case GateKind::memory:
      return "peak_bytes";
    default:
      return to_string(gate.quantity);
  }
}

TEST(GateCatalogueTest, names_each_gate_once) {
  std::set<std::string> names;
  for (const Gate& gate : gate_catalogue(catalogue_seed)) EXPECT_TRUE(names.insert(gate.name).second) << gate.name;
}

TEST(GateCatalogueTest, fits_the_bounds_entry_by_entry) {
  const std::vector<GateBound> bounds = read_gate_bounds(gate_bounds_file);
  std::set<std::string> used;
  for (const Gate& gate : gate_catalogue(catalogue_seed)) {
    const auto entry = std::ranges::find(bounds, gate.bound_name(), &GateBound::gate);
    ASSERT_NE(entry, bounds.end()) << gate.name;
    EXPECT_EQ(entry->quantity, quantity_of(gate)) << gate.name;
    used.insert(gate.bound_name());
  }
  for (const GateBound& entry : bounds)
    EXPECT_TRUE(used.contains(entry.gate)) << entry.gate << " is the bound of no gate";
}

TEST(GateCatalogueTest, plants_half_and_twice_of_what_the_bound_of_a_self_gate_forgives) {
  const std::vector<GateBound> bounds = read_gate_bounds(gate_bounds_file);
  int planted = 0;
  for (const Gate& gate : gate_catalogue(catalogue_seed)) {
    if (gate.kind != GateKind::self || gate.planted_slowdown == 0) continue;
    const double forgiven = choose_bound(bounds, gate.bound_name(), {"9.0"}).bound->value - 1;
    EXPECT_NEAR(gate.planted_slowdown, forgiven * (gate.must_fail ? 2 : 0.5), 1e-12) << gate.name;
    ++planted;
  }
  EXPECT_EQ(planted, 4);
}

TEST(GateCatalogueTest, draws_random_cases_by_the_seed_and_keeps_the_others) {
  const std::vector<Gate> one = gate_catalogue(1), other = gate_catalogue(2);
  ASSERT_EQ(one.size(), other.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    const bool random = one[i].name.find("random") != std::string::npos;
    EXPECT_EQ(one[i].attention_case.lengths == other[i].attention_case.lengths, !random) << one[i].name;
  }
}

TEST(GateCatalogueTest, holds_graphed_paths_against_themselves_call_by_call_by_isolated_latency) {
  int graphed = 0;
  for (const Gate& gate : gate_catalogue(catalogue_seed)) {
    if (!gate.candidate.name.starts_with("graphed_")) continue;
    EXPECT_EQ(gate.candidate.name, "graphed_" + gate.base.name) << gate.name;
    EXPECT_EQ(gate.quantity, Quantity::isolated_latency) << gate.name;
    EXPECT_EQ(gate.attention_case.mask, MaskKind::none) << gate.name;
    ++graphed;
  }
  EXPECT_EQ(graphed, 12);
}

TEST(GateCatalogueTest, asks_for_compiled_modules_of_a_shape_that_is_exported_by_default) {
  const std::string script = file_text(ATTNGATE_EXPORT_SCRIPT);
  const std::size_t first = script.find("HEAD_SHAPES = (");
  ASSERT_NE(first, std::string::npos);
  const std::string shapes = script.substr(first, script.find('\n', first) - first);
  int compiled = 0;
  for (const Gate& gate : gate_catalogue(catalogue_seed)) {
    if (!gate.candidate.name.starts_with("compiled_")) continue;
    const std::string shape = fmt::format("({}, {})", gate.attention_case.num_heads, gate.attention_case.head_dim);
    EXPECT_NE(shapes.find(shape), std::string::npos) << gate.name << ": " << shape << " is not among " << shapes;
    ++compiled;
  }
  EXPECT_EQ(compiled, 4);
}

TEST(GateCatalogueTest, has_gates_of_every_kind) {
  std::set<GateKind> kinds;
  for (const Gate& gate : gate_catalogue(catalogue_seed)) kinds.insert(gate.kind);
  EXPECT_EQ(kinds.size(), 4u);
}

TEST(ChosenGatesTest, are_those_whose_names_begin_so_with_gate_or_without) {
  const std::vector<Gate> all = gate_catalogue(catalogue_seed);
  EXPECT_EQ(chosen_gates(all, {}).size(), all.size());
  const std::vector<Gate> memory = chosen_gates(all, {"memory"});
  EXPECT_EQ(memory.size(), 6u);
  EXPECT_EQ(chosen_gates(all, {"gate.memory", "memory"}).size(), memory.size());
  EXPECT_EQ(chosen_gates(all, {"self", "memory"}).size(), memory.size() + 6);
}

TEST(ChosenGatesTest, refuse_a_prefix_that_no_gate_has) {
  EXPECT_THROW(chosen_gates(gate_catalogue(catalogue_seed), {"memory", "rooflien"}), UsageError);
}

}  // namespace
}  // namespace attngate::test
