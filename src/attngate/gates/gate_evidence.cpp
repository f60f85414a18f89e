#include "attngate/gates/gate_evidence.h"

#include "attngate/base/median.h"

namespace attngate {
namespace {

AttentionWork work_of(const Gate& gate) {
  return is_bare_sdpa(gate.candidate) ? sdpa_work(gate.attention_case, gate.candidate.form)
                                      : mha_work(gate.attention_case, gate.candidate.form);
}

/// Whether the device may have waited in so many samples that their median is the host's.
bool device_mostly_waited(const PairedSamples& samples) { return share_with_visible_launches(samples) > 0.1; }

std::uint64_t clock_events_of(const PairedSamples& samples) {
  return samples.clocks_before.event_reasons.value_or(0) | samples.clocks_after.event_reasons.value_or(0);
}

PairSample rate_against_peak(const Gate& gate, const SampleAnswer& answer) {
  PairSample pair;
  pair.candidate = achieved_flops_per_second(gate, answer.samples);
  pair.base = answer.ceilings ? answer.ceilings->flops_per_second : 0;
  pair.device_waited = gate.quantity == Quantity::gpu_time && device_mostly_waited(answer.samples);
  return pair;
}

PairSample peak_bytes(const SampleAnswer& answer) {
  PairSample pair;
  pair.candidate = static_cast<double>(answer.samples.candidate.peak_bytes.value_or(0));
  pair.base = static_cast<double>(answer.samples.base.peak_bytes.value_or(0));
  return pair;
}

std::vector<PairSample> times(const PairedSamples& samples) {
  std::vector<PairSample> pairs;
  for (const SamplePair& measured : samples.pairs) {
    PairSample& pair = pairs.emplace_back();
    pair.candidate = measured.candidate.us;
    pair.base = measured.base.us;
    if (measured.candidate.sm_mhz && measured.base.sm_mhz)
      pair.sm_mhz = (*measured.candidate.sm_mhz + *measured.base.sm_mhz) / 2;
    pair.device_waited = samples.quantity == Quantity::gpu_time &&
                         !(measured.candidate.launches_hidden && measured.base.launches_hidden);
  }
  return pairs;
}

}  // namespace

double achieved_flops_per_second(const Gate& gate, const PairedSamples& samples) {
  return work_of(gate).flops / (1e-6 * median_of(candidate_times(samples)));
}

std::vector<PairSample> evidence_of(const Gate& gate, const SampleAnswer& answer) {
  if (!answer.has_samples()) return {};
  std::vector<PairSample> pairs;
  switch (gate.kind) {
    case GateKind::self:
    case GateKind::path:
      pairs = times(answer.samples);
      break;
    case GateKind::roofline:
      pairs = {rate_against_peak(gate, answer)};
      break;
    case GateKind::memory:
      return {peak_bytes(answer)};  // whatever the clocks do
  }
  for (PairSample& pair : pairs) {
    pair.clock_events = clock_events_of(answer.samples);
    pair.others_cpu_share = answer.samples.others_cpu_share.value_or(0);
  }
  return pairs;
}

}  // namespace attngate
