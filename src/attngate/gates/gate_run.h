#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "attngate/decision/decision.h"
#include "attngate/gates/gate.h"
#include "attngate/gates/gate_bounds.h"
#include "attngate/gates/gate_result.h"
#include "attngate/gates/planted_mistake.h"
#include "attngate/gates/sample_request.h"

namespace attngate {

/// How gates are run.
struct GateOptions {
  std::uint64_t seed = 0;
  Policy policy = {};
  /// Samples of one screen, flushes included.
  double budget_seconds = 0.5;
  /// A flagged gate is confirmed in fresh processes; false leaves it inconclusive.
  bool confirm = true;
  PlantedMistake mistake = PlantedMistake::none;
};

/// What one process measured of a gate.
struct MeasuredRatio {
  /// Median of candidate / base, at whatever clock.
  double ratio = 0;
  /// Median clock of the multiprocessors, in MHz; 0 where nothing measured it.
  double sm_mhz = 0;
};

/// Runs gates over one source of samples.
class GateRunner {
 public:
  /// `progress` is told what is going on, for people who wait; may be empty. Bounds and source outlive the runner.
  GateRunner(SampleSource& source, const std::vector<GateBound>& bounds, GpuKind gpu, GateOptions options,
             std::function<void(const std::string&)> progress = {});

  /// Screens every gate in one process, then confirms those that were flagged in fresh processes: each measures all of
  /// them, so that its start is paid once. `on_result` is told of each gate as soon as it is decided; may be empty.
  ///
  /// The results are in the order of the gates.
  std::vector<GateResult> run(const std::vector<Gate>& gates,
                              const std::function<void(const GateResult&)>& on_result = {});
  GateResult run(const Gate& gate) { return std::move(run(std::vector<Gate>{gate}).front()); }

  /// What one fresh process measures of the gate as its bound would see it: a ratio or a share; nullopt, and why in
  /// `problem`, where it cannot. For calibration.
  std::optional<MeasuredRatio> measure(const Gate& gate, bool in_fresh_process, std::string& problem);

  /// What a screen of a self gate's arm reads, without a cap on its spread, for studies.
  ProcessReading read_arm(const Gate& gate, bool in_fresh_process);

 private:
  /// A gate that was screened, on its way to a decision.
  struct Screened;

  SampleRequest request_for(const Gate& gate) const;
  std::string plant(SampleRequest& request, const Gate& gate, bool in_fresh_process);
  SampleAnswer ask(const SampleRequest& request, bool in_fresh_process);
  Screened screen_gate(const Gate& gate);
  void confirm_in_fresh_processes(std::vector<Screened*> flagged);
  void measure_once_more(Screened& flagged, bool in_fresh_process);
  static void conclude(Screened& screened);

  SampleSource& source_;
  const std::vector<GateBound>& bounds_;
  GpuKind gpu_;
  GateOptions options_;
  std::function<void(const std::string&)> progress_;
};

}  // namespace attngate
