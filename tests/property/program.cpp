// The properties as tests: what a run of them takes from the command line.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <set>
#include <sstream>

#include "attngate/base/exit_code.h"
#include "attngate/base/number_text.h"
#include "attngate/base/writes.h"
#include "attngate/case/cost.h"
#include "attngate/run/environment.h"
#include "attngate/suite/tested_registry.h"
#include "property_tests.h"
#include "test_main.h"

namespace attngate {
namespace {

/// Says which tests of this program are not among the names, which colons part.
int compare_with_registered(const std::string& names) {
  std::set<std::string> forgotten;
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int s = 0; s < all.total_test_suite_count(); ++s) {
    const testing::TestSuite& suite = *all.GetTestSuite(s);
    for (int t = 0; t < suite.total_test_count(); ++t)
      forgotten.insert(std::string(suite.name()) + "." + suite.GetTestInfo(t)->name());
  }
  std::istringstream items(names);
  for (std::string name; std::getline(items, name, ':');) forgotten.erase(name);
  for (const std::string& name : forgotten)
    std::cerr << name << " exists, and CTest never runs it: see tests/property/CMakeLists.txt\n";
  if (forgotten.empty())
    std::cout << "CTest runs each of the " << all.total_test_count()
              << " property tests, or leaves it out on purpose\n";
  return forgotten.empty() ? exit_code::holds : exit_code::failed;
}

/// What CLI11's check() takes: the problem with a text, or nothing.
template <typename Range>
auto check_of(const Range& range) {
  return [range](const std::string& text) { return range.read(text) ? "" : "allowed is " + range.text(); };
}

class PropertyTests : public test::TestProgram {
 public:
  std::optional<int> read_arguments(int argc, char** argv) override {
    CLI::App app("The properties as GoogleTest tests; beside these options it takes GoogleTest's --gtest_* flags.");
    app.add_option("--cases", settings_->cases, "Random cases per test; ATTNGATE_CASES goes before")
        ->capture_default_str()
        ->check(check_of(cases_range));
    app.add_option("--seconds", settings_->seconds, "Time for the random cases; ATTNGATE_SECONDS goes before")
        ->capture_default_str()
        ->check(check_of(seconds_range));
    app.add_option("--results", settings_->results_folder,
                   "Folder for JSON files and journals; ATTNGATE_RESULTS goes before");
    app.add_option("--corpus", corpus_, "Folder of *.case files that run first");
    app.add_flag("--small-corpus", small_corpus_,
                 "Leave out cases of the corpus that cost more than a random case may on the CPU");
    app.add_option("--all-of", registered_,
                   "Runs nothing; fails unless these names, separated by colons, are all tests there are");
    app.add_flag("--ctest-measurements", settings_->ctest_measurements, "Print CTest's measurement tags");
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() == 0) return app.exit(error);
      throw UsageError(std::string(error.what()) + " (--help says what is allowed)");
    }
    return std::nullopt;
  }

  std::optional<int> prepare(const Environment& environment) override {
    settings_->environment = environment;
    let_bad_writes_fail();
    if (environment.results_folder) settings_->results_folder = *environment.results_folder;
    if (!corpus_.empty()) settings_->corpus = read_corpus(corpus_);
    if (small_corpus_) leave_out_large_cases();
    settings_->registry = make_tested_registry();
    register_property_tests(settings_);
    return registered_.empty() ? std::nullopt : std::optional(compare_with_registered(registered_));
  }

  std::string usage_error() const override { return settings_->usage_error; }

 private:
  void leave_out_large_cases() {
    const auto left_out = std::erase_if(
        settings_->corpus, [](const AttentionCase& known) { return !within(cost_of(known), cpu_limit()); });
    fmt::print("--small-corpus left out {} of the corpus\n", counted(left_out, "case"));
  }

  std::shared_ptr<PropertyTestSettings> settings_ = std::make_shared<PropertyTestSettings>();
  std::string corpus_;
  bool small_corpus_ = false;
  std::string registered_;
};

}  // namespace

std::unique_ptr<test::TestProgram> test::test_program() { return std::make_unique<PropertyTests>(); }

}  // namespace attngate
