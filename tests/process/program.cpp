// The process tests: --device=cpu|cuda says where the suites named ...OnDevice run.
#include "command.h"
#include "test_main.h"

namespace attngate::test {
namespace {

class ProcessTests : public TestProgram {
 public:
  std::optional<int> read_arguments(int argc, char** argv) override {
    device = read_device(argc, argv);
    return std::nullopt;
  }

  /// As `attngate list` says it.
  std::optional<std::string> obstacle() override {
    if (device == "cpu") return std::nullopt;
    const CommandEnd list = run({.program = attngate_command, .arguments = {"list"}});
    if (list.exit_code != 0) return "`attngate list` fails: " + list.errors;
    const std::size_t start = list.output.find("no CUDA device");
    if (start == std::string::npos) return std::nullopt;
    return list.output.substr(start, list.output.find('\n', start) - start);
  }
};

}  // namespace

std::unique_ptr<TestProgram> test_program() { return std::make_unique<ProcessTests>(); }

}  // namespace attngate::test
