#include "property_tests.h"

#include <gtest/gtest.h>

#include <iostream>

#include "attngate/base/exit_code.h"
#include "attngate/case/text.h"
#include "attngate/report/measurements_listener.h"
#include "attngate/workers/device.h"

namespace attngate {
namespace {

constexpr DType all_dtypes[] = {DType::fp16, DType::bf16, DType::fp32};
constexpr at::DeviceType all_devices[] = {at::kCPU, at::kCUDA};

/// One property on one dtype and device.
class PropertyTest : public testing::Test {
 public:
  PropertyTest(std::shared_ptr<PropertyTestSettings> settings, const Property& property, DType dtype,
               at::DeviceType device)
      : settings_(std::move(settings)), property_(property), dtype_(dtype), device_(device) {}

  void TestBody() override {
    if (const std::string reason = reason_not_to_run(); !reason.empty()) {
      skip_or_fail(reason);
      return;
    }
    try {
      const PropertyRunResult result = run_property(plan(), workers(), std::cout);
      record(result);
      if (settings_->environment.replay && result.report.status() == RunStatus::inapplicable) {
        skip_or_fail(result.report.reason());  // ATTNGATE_CASE meets every property, and some have nothing to say
        return;
      }
      if (result.exit_code != exit_code::holds) {
        ADD_FAILURE() << result.report.reason();
      }
    } catch (const UsageError& error) {
      settings_->usage_error = error.what();
      ADD_FAILURE() << error.what();
    }
  }

 private:
  std::string reason_not_to_run() const {
    if (const auto problem = device_problem(device_)) return *problem;
    const std::optional<AttentionCase>& replay = settings_->environment.replay;
    if (replay && replay->dtype != dtype_) return "ATTNGATE_CASE is " + to_string(replay->dtype);
    if (is_known_issues() && settings_->registry.known_cases(device_).empty()) {
      return "no known issue is on record for LibTorch " + libtorch_version() + " on " + device_label(device_);
    }
    return property_.obstacle ? property_.obstacle(dtype_, device_) : "";
  }

  void skip_or_fail(const std::string& reason) {
    if (device_problem(device_) && settings_->environment.require_gpu) {
      ADD_FAILURE() << reason << " (ATTNGATE_REQUIRE_GPU=1)";
      return;
    }
    std::cout << "skipped: " << reason << std::endl;
    GTEST_SKIP() << reason;
  }

  bool is_known_issues() const { return property_.name == "known_issues"; }

  PropertyRun plan() const {
    const Environment& environment = settings_->environment;
    PropertyRun run;
    run.property = &property_;
    run.dtype = dtype_;
    run.device = device();
    run.registry = &settings_->registry;
    run.seed = environment.seed.value_or(default_seed);
    run.max_cases = environment.max_cases.value_or(settings_->cases);
    // Asked for a number of cases, give that number, however long it takes.
    const double unlimited = std::numeric_limits<double>::infinity();
    run.max_seconds = environment.max_seconds.value_or(environment.max_cases ? unlimited : settings_->seconds);
    if (environment.max_seconds && !environment.max_cases) run.max_cases = unlimited_cases;
    run.corpus = is_known_issues() ? settings_->registry.known_cases(device_) : settings_->corpus;
    run.replay = environment.replay;
    run.case_timeout_seconds = environment.case_timeout_seconds.value_or(run.case_timeout_seconds);
    run.in_process = environment.in_process;
    run.results_folder = settings_->results_folder;
    run.record_cases = environment.record_cases;
    if (settings_->ctest_measurements) {
      run.listeners.push_back([](const RunContext& context) {
        const bool alone = testing::UnitTest::GetInstance()->test_to_run_count() == 1;
        return std::make_unique<MeasurementsListener>(std::cout, context, alone);
      });
    }
    return run;
  }

  /// One pool per device, made by the first test that needs it.
  WorkerPool& workers() const {
    std::unique_ptr<WorkerPool>& pool = settings_->workers[device_];
    if (!pool) pool = std::make_unique<WorkerPool>(make_worker_pool(settings_->registry, device()));
    return *pool;
  }

  at::Device device() const { return device_ == at::kCUDA ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU); }

  void record(const PropertyRunResult& result) {
    RecordProperty("cases", std::to_string(result.report.cases()));
    RecordProperty("worst_margin", std::to_string(result.report.worst_margin));
    RecordProperty("seed", std::to_string(result.results.context.run.seed));
    RecordProperty("device", result.results.context.device.name);
  }

  std::shared_ptr<PropertyTestSettings> settings_;
  const Property& property_;
  DType dtype_;
  at::DeviceType device_;
};

}  // namespace

void register_property_tests(const std::shared_ptr<PropertyTestSettings>& settings) {
  for (const Property& property : properties()) {
    for (const at::DeviceType device : all_devices) {
      for (const DType dtype : all_dtypes) {
        if (!property.exists(dtype, device)) continue;
        // GoogleTest joins suite and test by a dot: the full name is CTest's, and --gtest_filter takes it.
        const std::string name = test_name(property, dtype, device);
        const std::size_t dot = name.find('.');
        testing::RegisterTest(name.substr(0, dot).c_str(), name.substr(dot + 1).c_str(), nullptr, nullptr, __FILE__,
                              __LINE__, [settings, &property, dtype, device]() -> testing::Test* {
                                return new PropertyTest(settings, property, dtype, device);
                              });
      }
    }
  }
}

}  // namespace attngate
