#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <set>
#include <sstream>

#include "attngate/base/exit_code.h"
#include "attngate/suite/tested_registry.h"
#include "attngate/workers/device.h"
#include "property_tests.h"

namespace {

using namespace attngate;

struct Options {
  std::string corpus;
  std::string registered;
};

/// Reads the command line; an empty result means: go on.
std::optional<int> read_arguments(int argc, char** argv, PropertyTestSettings& settings, Options& options) {
  CLI::App app("The properties as GoogleTest tests; beside these options it takes GoogleTest's --gtest_* flags.");
  app.add_option("--cases", settings.cases, "Random cases per test; ATTNGATE_CASES goes before")->capture_default_str();
  app.add_option("--seconds", settings.seconds, "Time for the random cases; ATTNGATE_SECONDS goes before")
      ->capture_default_str();
  app.add_option("--results", settings.results_folder,
                 "Folder for JSON files and journals; ATTNGATE_RESULTS goes before");
  app.add_option("--corpus", options.corpus, "Folder of *.case files that run first");
  app.add_option("--all-of", options.registered,
                 "Runs nothing; fails unless these names, separated by colons, are all tests there are");
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

/// Full names of all tests of this program.
std::set<std::string> all_tests() {
  std::set<std::string> names;
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int s = 0; s < all.total_test_suite_count(); ++s) {
    const testing::TestSuite& suite = *all.GetTestSuite(s);
    for (int t = 0; t < suite.total_test_count(); ++t)
      names.insert(std::string(suite.name()) + "." + suite.GetTestInfo(t)->name());
  }
  return names;
}

std::vector<std::string> split_by_colons(const std::string& text) {
  std::vector<std::string> names;
  std::istringstream items(text);
  for (std::string name; std::getline(items, name, ':');) {
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

/// A test that the filter names in full and that does not exist; GoogleTest runs the others and calls that green.
std::string missing_test() {
  const std::string filter = testing::GTEST_FLAG(filter);
  const std::set<std::string> existing = all_tests();
  for (const std::string& name : split_by_colons(filter.substr(0, filter.find('-')))) {
    if (name.find_first_of("*?") == std::string::npos && !existing.contains(name)) return name;
  }
  return "";
}

/// Says which tests of this program are not among the names.
int compare_with_registered(const std::string& names) {
  std::set<std::string> forgotten = all_tests();
  for (const std::string& name : split_by_colons(names)) forgotten.erase(name);
  for (const std::string& name : forgotten)
    std::cerr << name << " exists, and CTest never runs it: see tests/property/CMakeLists.txt\n";
  if (forgotten.empty())
    std::cout << "CTest runs each of the " << all_tests().size() << " property tests, or leaves it out on purpose\n";
  return forgotten.empty() ? exit_code::holds : exit_code::failed;
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
  Options options;
  if (const auto done = read_arguments(argc, argv, *settings, options)) return *done;
  try {
    use_gpu_from_ctest();
    settings->environment = read_environment();
    if (settings->environment.results_folder) settings->results_folder = *settings->environment.results_folder;
    if (!options.corpus.empty()) settings->corpus = read_corpus(options.corpus);
    settings->registry = make_tested_registry();
    register_property_tests(settings);
    if (!options.registered.empty()) return compare_with_registered(options.registered);
    return run_tests(*settings);
  } catch (const std::exception& error) {
    std::cerr << "attngate_property_tests: " << error.what() << '\n';
    return exit_code::usage;
  }
}
