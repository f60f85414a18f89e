#include "attngate/report/samples_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "unit/edited_text.h"
#include "unit/refusal.h"

namespace attngate::test {
namespace {

PairedSamples sample_set() {
  PairedSamples samples;
  samples.quantity = Quantity::isolated_latency;
  samples.base = {"nn_mha_fast.flash", "flash", false, 3, 16, true, 1 << 20};
  samples.candidate = {"composite_sdpa_dense.cudnn", "cudnn", true, 0, 24, false, std::nullopt};
  samples.device = {"cuda", "NVIDIA H200", "9.0", "unknown", "13.0", "2.11.0", "GPU-1"};
  samples.seed = 0xffffffffffffffff;
  samples.calls_per_sample = 3;
  samples.flushed_bytes = 120 << 20;
  samples.others_cpu_share = 0.125;
  samples.clocks_before = {1980, clock_event::gpu_idle};
  samples.notes = {"candidate: after 400 calls its time still moved"};
  samples.pairs = {{{0.1, 1.0 / 3, 1980, true}, {2e-5, 7, {}, false}, true},
                   {{1, 2, {}, false}, {3, 4, 1755.25, true}, false}};
  return samples;
}

std::string refusal_of_samples(const std::string& text) {
  return refusal_by<ResultsError>([&] { samples_from_json(text); });
}

TEST(SamplesJsonTest, gives_back_what_was_written_to_the_last_bit) {
  EXPECT_EQ(samples_from_json(samples_to_json(sample_set())), sample_set());
}

TEST(SamplesJsonTest, gives_back_an_empty_set_and_every_quantity) {
  PairedSamples samples;
  for (const Quantity quantity : {Quantity::isolated_latency, Quantity::gpu_time, Quantity::throughput}) {
    samples.quantity = quantity;
    EXPECT_EQ(samples_from_json(samples_to_json(samples)), samples);
  }
}

TEST(SamplesJsonTest, gives_back_infinities) {
  PairedSamples samples = sample_set();
  samples.pairs[0].base.us = std::numeric_limits<double>::infinity();
  EXPECT_EQ(samples_from_json(samples_to_json(samples)), samples);
}

TEST(SamplesJsonTest, reads_the_device_as_version_3_spelled_it) {
  std::string text = with(samples_to_json(sample_set()), "\"version\": 4", "\"version\": 3");
  text = with(with(text, "\"name\": \"NVIDIA H200\"", "\"device\": \"NVIDIA H200\""), "\"cuda\":", "\"cuda_runtime\":");
  EXPECT_EQ(samples_from_json(text), sample_set());
}

TEST(SamplesJsonTest, starts_with_schema_and_version) {
  const std::string text = samples_to_json(sample_set());
  EXPECT_TRUE(text.starts_with("{\n  \"schema\": \"attngate.samples\",\n  \"version\": 4,\n")) << text;
}

TEST(SamplesJsonTest, says_what_is_wrong) {
  const std::string good = samples_to_json(sample_set());
  EXPECT_EQ(refusal_of_samples(good.substr(0, good.size() / 2)), "is not JSON, or only a part of it");
  EXPECT_EQ(refusal_of_samples(with(good, "attngate.samples", "attngate.results")),
            "field 'schema': allowed is \"attngate.samples\"");
  EXPECT_EQ(refusal_of_samples(with(good, "\"version\": 4", "\"version\": 2")),
            "field 'version': allowed is 4, this is 2");
  EXPECT_EQ(refusal_of_samples(with(good, "isolated_latency", "latency")),
            "field 'quantity': allowed is isolated_latency, gpu_time or throughput");
  EXPECT_EQ(refusal_of_samples(with(good, "0xffffffffffffffff", "0xzz")),
            "field 'seed': allowed is a number below 2^64 as text, like \"0x2a\"");
  EXPECT_EQ(refusal_of_samples(with(good, "\"sm_mhz\": 1980.0", "\"sm_mhz\": \"fast\"")),
            "field 'clocks_before.sm_mhz': allowed is a number, \"inf\", \"-inf\" or \"nan\"");
  EXPECT_EQ(refusal_of_samples(with(good, "2e-05", "true")),
            "field 'candidate.us[0]': allowed is a number, \"inf\", \"-inf\" or \"nan\"");
  EXPECT_EQ(refusal_of_samples(with(good, "2e-05,", "")),
            "field 'candidate.us': allowed is one item for each item of 'candidate_first'");
  EXPECT_EQ(refusal_of_samples(with(good, "\"peak_bytes\": null", "\"peak_bytes\": -1")),
            "field 'candidate.peak_bytes': allowed is a whole number from 0 on");
  EXPECT_EQ(refusal_of_samples(with(good, "\"settled\": true", "\"settled\": 1")),
            "field 'base.settled': allowed is true or false");
}

}  // namespace
}  // namespace attngate::test
