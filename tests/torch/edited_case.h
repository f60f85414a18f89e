#pragma once

#include <functional>
#include <string>

#include "attngate/case/text.h"
#include "attngate/values/case_inputs.h"
#include "device_under_test.h"

namespace attngate {

using Edit = std::function<void(AttentionCase&)>;

/// The case of a line with some fields set by hand.
inline AttentionCase edited_case(const std::string& line, const Edit& edit) {
  AttentionCase attention_case = parse_line(line);
  edit(attention_case);
  return attention_case;
}

/// Its inputs on the device under test.
inline CaseInputs edited_inputs(const std::string& line, const Edit& edit) {
  return {edited_case(line, edit), device_under_test()};
}

}  // namespace attngate
