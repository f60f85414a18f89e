#include <gtest/gtest.h>

#include "command.h"

namespace attngate::test {
namespace {

CommandEnd replay(const std::string& line, const std::vector<std::string>& more) {
  Command command = {.program = attngate_command, .arguments = {"replay", line, "--device", device}};
  command.arguments.insert(command.arguments.end(), more.begin(), more.end());
  return run(command);
}

// Agreement has something to say about a batch without a token, the metamorphic properties have nothing.
const std::string no_tokens = "dtype=fp32 heads=1 head_dim=8 lengths=0,0";

TEST(ReplayOnDevice, ends_with_0_where_some_properties_hold_and_others_do_not_apply) {
  const CommandEnd end = replay(no_tokens, {"--property", "rerun", "--property", "agreement"});
  EXPECT_NE(end.output.find("the property does not apply"), std::string::npos) << end.output;
  EXPECT_EQ(end.exit_code, 0) << end.output << end.errors;
  const CommandEnd all = replay(no_tokens, {});
  EXPECT_NE(all.output.find("the property does not apply"), std::string::npos) << all.output;
  EXPECT_EQ(all.exit_code, 0) << all.output << all.errors;
}

TEST(ReplayOnDevice, ends_with_1_where_no_property_applies) {
  const CommandEnd end = replay(no_tokens, {"--property", "rerun", "--property", "convex_hull"});
  EXPECT_EQ(end.exit_code, 1) << end.output << end.errors;
}

}  // namespace
}  // namespace attngate::test
