// The metamorphic properties on LibTorch's own paths.
#include <gtest/gtest.h>

#include "attngate/properties/property_list.h"
#include "attngate/suite/property_run.h"
#include "attngate/suite/tested_registry.h"
#include "tensors.h"

namespace attngate {
namespace {

TEST(Metamorphic, libtorchs_paths_hold_on_random_cases) {
  constexpr std::uint64_t seed = 0x6d657461, cases = 12;
  const PathRegistry registry = make_tested_registry();
  for (const Property& property : metamorphic_properties()) {
    PropertyContext context;
    context.device = device_under_test();
    context.registry = &registry;
    const PropertyCheck check = property.bind(context);
    for (const DType dtype : {DType::fp16, DType::bf16, DType::fp32}) {
      int applied = 0;
      for (std::uint64_t index = 0; index < cases; ++index) {
        const AttentionCase attention_case = random_case(property, dtype, device_under_test().type(), seed, index);
        const Verdict verdict = check(attention_case);
        EXPECT_TRUE(verdict.holds) << property.name << ": " << to_line(attention_case) << ": " << verdict.reason;
        applied += verdict.applicable ? 1 : 0;
      }
      EXPECT_GE(applied, static_cast<int>(cases) / 2) << property.name << " applies too seldom";
    }
  }
}

}  // namespace
}  // namespace attngate
