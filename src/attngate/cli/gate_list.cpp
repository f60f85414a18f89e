#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iostream>

#include "attngate/base/exit_code.h"
#include "attngate/base/text_table.h"
#include "attngate/cli/chosen.h"
#include "attngate/cli/gate_commands.h"
#include "attngate/cli/gate_options.h"

namespace attngate {
namespace {

int list_gates(const GateChoice& choice) {
  TextTable table(
      {{"gate"}, {"candidate"}, {"base"}, {"sequences", Align::right}, {"tokens", Align::right}, {"measures"}});
  for (const Gate& gate : chosen_gates(choice, chosen_seed(choice.seed))) {
    table.add_row({gate.name, gate.candidate.name, gate.kind == GateKind::roofline ? gate.base.label : gate.base.name,
                   fmt::format("{}", gate.attention_case.batch_size()),
                   fmt::format("{}", gate.attention_case.total_tokens()),
                   gate.kind == GateKind::memory ? "peak_bytes" : to_string(gate.quantity)});
  }
  std::cout << table.text();
  return exit_code::holds;
}

}  // namespace

void add_gate_list_command(CLI::App& gate, Command& chosen) {
  auto choice = std::make_shared<GateChoice>();
  CLI::App* command = gate.add_subcommand("list", "Show the gates and run nothing");
  add_gate_choice(*command, *choice);
  command->footer("Example:\n  attngate gate list --gate memory --class padding_90");
  command->callback([choice, &chosen] { chosen = [choice] { return list_gates(*choice); }; });
}

}  // namespace attngate
