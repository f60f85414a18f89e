#include "attngate/cli/command.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "attngate/base/exit_code.h"
#include "attngate/base/joined.h"
#include "attngate/base/nearest_names.h"
#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/base/writes.h"
#include "attngate/case/attention_case.h"
#include "attngate/cli/kept_file.h"
#include "attngate/run/environment.h"
#include "attngate/run/stop_request.h"
#include "attngate/workers/device.h"

namespace attngate {
namespace {

/// Options that drew plots once.
bool names_a_plot(const std::vector<std::string>& arguments) {
  return std::ranges::any_of(arguments, [](const std::string& argument) {
    return argument.starts_with("--plot") || argument.starts_with("--svg");
  });
}

/// Options of `attngate gate` that are subcommands now, and what is typed in their place.
constexpr std::pair<std::string_view, std::string_view> gate_options_of_old[] = {
    {"--list", "attngate gate list"},
    {"--calibrate", "attngate gate calibrate --processes"},
    {"--against", "attngate gate compare"},
    {"--study", "attngate gate study --processes"},
    {"--study-from", "attngate gate tally"}};

/// Whether `attngate gate` is followed by options and no subcommand: then `run` is meant.
bool means_gate_run(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0] != "gate") return false;
  return arguments.size() == 1 || (arguments[1].starts_with('-') && arguments[1] != "--help" && arguments[1] != "-h");
}

const CLI::App& innermost(const CLI::App& app) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  return chosen.empty() ? app : innermost(*chosen.front());
}

/// "attngate gate run".
std::string full_name(const CLI::App& command) {
  return (command.get_parent() == nullptr ? "" : full_name(*command.get_parent()) + " ") + command.get_name();
}

/// The options that are nearest to the first argument; ends with "; " where one is near.
std::string nearest_options(const CLI::App& command, const std::string& argument) {
  std::vector<std::string> options;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
  }
  const std::string guess = did_you_mean(argument.substr(0, argument.find('=')), options);
  return guess.empty() ? "" : guess + " ";
}

/// What a user who writes an unexpected argument may have meant; ends with "; " where there is anything to say.
std::string hint_for_unexpected(const std::string& command, const std::vector<std::string>& arguments) {
  if (names_a_plot(arguments)) return "tools/plot.py draws what --save-path and --json leave behind; ";
  if (command == "attngate replay") return "the case goes in one pair of quotes; ";
  if (!command.starts_with("attngate gate")) return "";
  for (const std::string& argument : arguments) {
    const auto old = std::ranges::find(gate_options_of_old, argument.substr(0, argument.find('=')),
                                       &std::pair<std::string_view, std::string_view>::first);
    if (old != std::end(gate_options_of_old)) return fmt::format("{} is now: {}; ", old->first, old->second);
  }
  return "";
}

/// What is wrong with the command line, and what is allowed instead.
std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  const auto kind = static_cast<CLI::ExitCodes>(error.get_exit_code());
  const CLI::App& command = innermost(app);
  const std::string help = full_name(command) + " --help says what is allowed";
  const std::vector<std::string> unexpected = app.remaining(/*recurse=*/true);
  if (kind == CLI::ExitCodes::RequiredError && command.get_require_subcommand_min() > 0) {
    return fmt::format(
        "{}; there are {} ({})",
        unexpected.empty() ? "a subcommand is missing" : printable(unexpected.front()) + " is no subcommand",
        joined(command.get_subcommands({}), ", ", &CLI::App::get_name), help);
  }
  if (kind != CLI::ExitCodes::ExtrasError || unexpected.empty()) return fmt::format("{} ({})", error.what(), help);
  // Its value, where it had one, is unexpected as well, and explains nothing.
  const std::string& first = unexpected.front();
  return fmt::format("{} does not take {}: {}({}{})", full_name(command), printable(first),
                     first.starts_with('-') ? nearest_options(command, first) : "",
                     hint_for_unexpected(full_name(command), unexpected), help);
}

/// A variable that CLI11 has read for an option: what is wrong with it is told by its own name.
void check_environment() {
  read_environment([](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return value;
  });
}

std::string explain_with_environment(const CLI::App& app, const CLI::ParseError& error) {
  try {
    check_environment();
    return explain(app, error);
  } catch (const std::exception& bad_variable) {
    return bad_variable.what();
  }
}

int complain(const std::string& what, int exit_code) {
  std::cerr << "attngate: " << first_line(what) << '\n';
  return exit_code;
}

}  // namespace

namespace {

/// Reads the arguments, runs, and makes an exit code of every error.
int run_chosen(int argc, char** argv) {
  CLI::App app("attngate: is this attention still right?", "attngate");
  app.set_version_flag("--version", attngate_version());
  app.require_subcommand(1);
  app.immediate_callback();  // else CLI11 reads the variables of the commands that were not chosen, too
  app.footer(
      "Environment: ATTNGATE_SEED, ATTNGATE_CASE, ATTNGATE_CASES, ATTNGATE_SECONDS, ATTNGATE_CASE_TIMEOUT,\n"
      "ATTNGATE_REQUIRE_GPU=1, ATTNGATE_RESULTS, ATTNGATE_RECORD_CASES=1, ATTNGATE_IN_PROCESS=1: read by the tests.\n"
      "Where a command takes one for an option, its --help has (Env:...) there.\n"
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
    std::vector<std::string> arguments(argv + 1, argv + argc);
    if (means_gate_run(arguments)) arguments.insert(arguments.begin() + 1, "run");
    std::ranges::reverse(arguments);  // as CLI11 takes them
    app.parse(std::move(arguments));
    return chosen();
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
    return complain(explain_with_environment(app, error), exit_code::usage);
  } catch (const CaseError& error) {
    return complain(error.what(), exit_code::usage);
  } catch (const UsageError& error) {
    return complain(error.what(), exit_code::usage);
  } catch (const RunStopped& stopped) {
    complain(stopped.what(), exit_code::failed);
    end_by(stopped.signal());
  } catch (const std::exception& error) {
    return complain(std::string("failed: ") + error.what(), exit_code::failed);
  }
}

/// `code`, unless what was printed has not arrived: then nobody may take it for a green that was read.
int code_of_output(int code) {
  std::cout.flush();
  errno = 0;
  const bool lost = std::fflush(stdout) != 0 || std::ferror(stdout) != 0 || !std::cout;
  if (!lost) return code;
  const std::string cause = errno != 0 ? std::string(": ") + std::strerror(errno) : "";
  return complain("failed: standard output cannot be written" + cause, code_of_what_is_missing(code));
}

}  // namespace

int run_command(int argc, char** argv) {
  occupy_closed_streams();
  let_bad_writes_fail();
  return code_of_output(run_chosen(argc, argv));
}

}  // namespace attngate
