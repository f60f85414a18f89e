#include "attngate/paths/mha/builtin_paths.h"

namespace attngate {

PathRegistry make_registry() {
  PathRegistry registry;
  add_nn_mha_fast_paths(registry);
  add_nn_mha_slow_paths(registry);
  add_nn_mha_slow_functional_path(registry);
  add_composite_sdpa_paths(registry);
  add_compiled_paths(registry);
  add_python_mha_paths(registry);
  add_graphed_paths(registry);
  add_registered_paths(registry);
  return registry;
}

}  // namespace attngate
