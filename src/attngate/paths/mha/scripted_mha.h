#pragma once

#include <map>
#include <memory>
#include <string>

#include "attngate/values/case_inputs.h"

namespace attngate {

/// What a scripted nn.MultiheadAttention returned, and by which branch.
struct ScriptedResult {
  at::Tensor output;
  at::Tensor weights;        ///< undefined where they were not asked for
  bool fast_branch = false;  ///< aten::_native_multi_head_attention was seen to run
};

/// Scripted nn.MultiheadAttention modules by file, dtype and device, each loaded when it is first called and kept. For
/// one thread at a time.
class ScriptedMha {
 public:
  ScriptedMha();
  ~ScriptedMha();
  ScriptedMha(const ScriptedMha&) = delete;
  ScriptedMha& operator=(const ScriptedMha&) = delete;

  /// The module's forward() with `input` as query, key and value, after the case's parameters were copied in;
  /// key_padding_mask may be undefined. Throws c10::Error for a file that cannot be loaded, and whatever the module
  /// raises.
  ScriptedResult call(const std::string& file, const CaseInputs& inputs, const at::Tensor& input,
                      const at::Tensor& key_padding_mask);

 private:
  struct Modules;
  std::unique_ptr<Modules> modules_;
};

}  // namespace attngate
