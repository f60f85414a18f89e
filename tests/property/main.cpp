#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <sstream>

#include "attngate/runner/exit_code.h"
#include "attngate/suite/device.h"
#include "attngate/suite/tested_registry.h"
#include "property_tests.h"

namespace {

using namespace attngate;

/// Reads the command line; an empty result means: go on.
std::optional<int> read_arguments(int argc, char** argv, PropertyTestSettings& settings, std::string& corpus) {
  CLI::App app("The properties as GoogleTest tests; beside these options it takes GoogleTest's --gtest_* flags.");
  app.add_option("--cases", settings.cases, "Random cases per test; ATTNGATE_CASES goes before")->capture_default_str();
  app.add_option("--seconds", settings.seconds, "Time for the random cases; ATTNGATE_SECONDS goes before")
      ->capture_default_str();
  app.add_option("--results", settings.results_folder, "Folder for JSON files and journals; ATTNGATE_RESULTS goes before");
  app.add_option("--corpus", corpus, "Folder of *.case files that run first");
  app.add_flag("--ctest-measurements", settings.ctest_measurements, "Print CTest's measurement tags");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::cerr << "attngate_property_tests: " << error.what() << " (--help says what is allowed)\n";
    return exit_code::usage;
  }
  return std::nullopt;
}

bool is_registered(const std::string& full_name) {
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int s = 0; s < all.total_test_suite_count(); ++s) {
    const testing::TestSuite& suite = *all.GetTestSuite(s);
    for (int t = 0; t < suite.total_test_count(); ++t) {
      if (full_name == std::string(suite.name()) + "." + suite.GetTestInfo(t)->name()) return true;
    }
  }
  return false;
}

/// A test that the filter names in full and that does not exist; GoogleTest runs the others and calls that green.
std::string missing_test() {
  const std::string filter = testing::GTEST_FLAG(filter);
  std::istringstream names(filter.substr(0, filter.find('-')));
  for (std::string name; std::getline(names, name, ':');) {
    if (!name.empty() && name.find_first_of("*?") == std::string::npos && !is_registered(name)) return name;
  }
  return "";
}

int run_tests(const PropertyTestSettings& settings) {
  if (const std::string name = missing_test(); !name.empty()) {
    std::cerr << "attngate_property_tests: no test matches the filter's " << name << "; --gtest_list_tests shows all\n";
    return exit_code::usage;
  }
  const int result = RUN_ALL_TESTS();
  if (testing::GTEST_FLAG(list_tests)) return result;
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  if (all.test_to_run_count() == 0) {
    std::cerr << "attngate_property_tests: no test matches the filter; --gtest_list_tests shows all\n";
    return exit_code::usage;
  }
  if (!settings.usage_error.empty()) {
    std::cerr << "attngate_property_tests: " << settings.usage_error << '\n';
    return exit_code::usage;
  }
  if (result != 0) return exit_code::failed;
  // A run that skipped everything must not look like one that passed.
  return all.skipped_test_count() == all.test_to_run_count() ? exit_code::skipped : exit_code::holds;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const auto settings = std::make_shared<PropertyTestSettings>();
  std::string corpus;
  if (const auto done = read_arguments(argc, argv, *settings, corpus)) return *done;
  try {
    use_gpu_from_ctest();
    settings->environment = read_environment();
    if (settings->environment.results_folder) settings->results_folder = *settings->environment.results_folder;
    if (!corpus.empty()) settings->corpus = read_corpus(corpus);
    settings->registry = make_tested_registry();
    register_property_tests(settings);
    return run_tests(*settings);
  } catch (const std::exception& error) {
    std::cerr << "attngate_property_tests: " << error.what() << '\n';
    return exit_code::usage;
  }
}
