#include "attngate/samples/samples.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace attngate::test {
namespace {

PairedSamples two_pairs() {
  PairedSamples samples;
  samples.pairs = {{{10, 1, {}, true}, {20, 2, {}, false}, false}, {{30, 3, {}, true}, {15, 4, {}, true}, true}};
  return samples;
}

TEST(SamplesTest, have_the_logarithm_of_candidate_over_base_in_the_order_taken) {
  EXPECT_EQ(log_ratios(two_pairs()), (std::vector<double>{std::log(2.0), std::log(0.5)}));
}

TEST(SamplesTest, give_the_times_of_either_operator) {
  EXPECT_EQ(base_times(two_pairs()), (std::vector<double>{10, 30}));
  EXPECT_EQ(candidate_times(two_pairs()), (std::vector<double>{20, 15}));
}

TEST(SamplesTest, count_the_samples_that_may_have_waited_for_the_host) {
  EXPECT_EQ(share_with_visible_launches(two_pairs()), 0.25);
  EXPECT_EQ(share_with_visible_launches(PairedSamples()), 0);
  PairedSamples latency = two_pairs();
  latency.quantity = Quantity::isolated_latency;
  EXPECT_EQ(share_with_visible_launches(latency), 0);
}

TEST(QuantityTest, has_a_name_for_each_of_them) {
  EXPECT_EQ(to_string(Quantity::isolated_latency), "isolated_latency");
  EXPECT_EQ(to_string(Quantity::gpu_time), "gpu_time");
  EXPECT_EQ(to_string(Quantity::throughput), "throughput");
}

}  // namespace
}  // namespace attngate::test
