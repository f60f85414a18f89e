#include "attngate/cli/command.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

#include "attngate/base/exit_code.h"
#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/case/attention_case.h"
#include "attngate/workers/device.h"

namespace attngate {
namespace {

/// Options that drew plots once.
bool names_a_plot(const std::vector<std::string>& arguments) {
  return std::ranges::any_of(arguments, [](const std::string& argument) {
    return argument.starts_with("--plot") || argument.starts_with("--svg");
  });
}

/// What is wrong with the command line, and what is allowed instead.
std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  const auto kind = static_cast<CLI::ExitCodes>(error.get_exit_code());
  if (app.get_subcommands().empty() && kind == CLI::ExitCodes::RequiredError) {
    std::string names;
    for (const CLI::App* subcommand : app.get_subcommands({}))
      names += (names.empty() ? "" : ", ") + subcommand->get_name();
    const std::vector<std::string> unknown = app.remaining();
    return (unknown.empty() ? "a subcommand is missing" : printable(unknown.front()) + " is no subcommand") +
           "; there are " + names;
  }
  std::string hint = "attngate --help says what is allowed";
  if (!app.get_subcommands().empty()) {
    const CLI::App* innermost = app.get_subcommands().front();
    const std::string name = innermost->get_name();
    hint = "attngate " + name;
    while (!innermost->get_subcommands().empty()) {
      innermost = innermost->get_subcommands().front();
      hint += " " + innermost->get_name();
    }
    hint += " --help says what is allowed";
    if (kind == CLI::ExitCodes::ExtrasError && names_a_plot(app.remaining(/*recurse=*/true)))
      hint = "tools/plot.py draws what --save-path and --json leave behind; " + hint;
    if (name == "replay" && kind == CLI::ExitCodes::ExtrasError) hint = "the case goes in one pair of quotes; " + hint;
  }
  return std::string(error.what()) + " (" + hint + ")";
}

int complain(const std::string& what, int exit_code) {
  std::cerr << "attngate: " << first_line(what) << '\n';
  return exit_code;
}

}  // namespace

int run_command(int argc, char** argv) {
  CLI::App app("attngate: is this attention still right?", "attngate");
  app.set_version_flag("--version", attngate_version());
  app.require_subcommand(1);
  app.footer(
      "Environment: ATTNGATE_SEED (number, 0x hex or random), ATTNGATE_CASE, ATTNGATE_CASES, ATTNGATE_SECONDS,\n"
      "ATTNGATE_REQUIRE_GPU=1, ATTNGATE_RESULTS: read by the tests; the seed and the budget by `check` too.\n"
      "ATTNGATE_IN_PROCESS=1: paths run in the process itself and not in workers.\n"
      "Exit codes: 0 holds, 1 a check failed, 2 bad input or usage, 77 skipped with a reason.");
  Command chosen;
  add_check_command(app, chosen);
  add_replay_command(app, chosen);
  add_list_command(app, chosen);
  add_faults_command(app, chosen);
  add_gate_command(app, chosen);
  add_sweep_command(app, chosen);
  add_report_command(app, chosen);
  try {
    app.parse(argc, argv);
    return chosen();
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
    return complain(explain(app, error), exit_code::usage);
  } catch (const CaseError& error) {
    return complain(error.what(), exit_code::usage);
  } catch (const UsageError& error) {
    return complain(error.what(), exit_code::usage);
  } catch (const std::exception& error) {
    return complain(std::string("failed: ") + error.what(), exit_code::failed);
  }
}

}  // namespace attngate
