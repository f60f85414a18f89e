#include "attngate/gates/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/gates/shape_class.h"

namespace attngate {
namespace {

/// Of the lengths and values in the named classes.
constexpr std::uint64_t class_seed = 0xa77e;

/// The fused backend that takes the dtype: flash knows no fp32.
std::string fused_backend(DType dtype) { return dtype == DType::fp32 ? "efficient" : "flash"; }

GateOperator fast(DType dtype) { return {"nn_mha_fast." + fused_backend(dtype), "fast", InputForm::nested}; }

/// Flash takes no mask, so padding leaves the efficient backend.
GateOperator slow(DType dtype, bool padded) {
  return {"nn_mha_slow." + (padded ? "efficient" : fused_backend(dtype)), "slow", InputForm::padded};
}

GateOperator composite(DType dtype) {
  return {"composite_sdpa_nested." + fused_backend(dtype), "composite", InputForm::nested};
}

void add_path_gates(std::vector<Gate>& gates, const AttentionCase& attention_case, const std::string& class_and_dtype,
                    const std::string& suffix) {
  const DType dtype = attention_case.dtype;
  const bool padded = attention_case.mask == MaskKind::padding;
  Gate gate;
  gate.kind = GateKind::path;
  gate.attention_case = attention_case;
  // Small and padded classes take the host longer than the device, and hosts differ by 78 % from process to process.
  gate.quantity = Quantity::gpu_time;
  const auto add = [&](const char* question, GateOperator candidate, GateOperator base) {
    gate.name = fmt::format("gate.path.{}.{}{}", question, class_and_dtype, suffix);
    gate.candidate = std::move(candidate);
    gate.base = std::move(base);
    gates.push_back(gate);
  };
  add("fast_vs_slow", fast(dtype), slow(dtype, padded));
  add("fast_vs_composite", fast(dtype), composite(dtype));
}

void add_path_gates_of_classes(std::vector<Gate>& gates) {
  const auto add = [&](const char* name, double padding, DType dtype) {
    add_path_gates(gates, case_of(shape_class(name), padding, dtype, class_seed),
                   fmt::format("{}.{}", name, to_string(dtype)), fmt::format(".padding_{:.0f}", 100 * padding));
  };
  for (const char* name : {"short", "many_heads", "long", "longest"}) {
    for (const double padding : {0.0, 0.5, 0.9}) add(name, padding, DType::bf16);
  }
  for (const DType dtype : {DType::fp16, DType::fp32}) {
    for (const double padding : {0.0, 0.9}) add("few", padding, dtype);
  }
}

/// Padding 0 to 0.9 as well is drawn.
void add_random_path_gates(std::vector<Gate>& gates, std::uint64_t seed) {
  for (std::uint64_t index = 0; index < 3; ++index) {
    const std::uint64_t seed_of_case = seed + 0x9e3779b97f4a7c15u * (index + 1);  // far apart, whatever the seed
    const double padding = 0.05 * static_cast<double>(seed_of_case % 19);
    add_path_gates(gates, case_of(random_shape_class(seed_of_case), padding, DType::bf16, seed_of_case), "random.bf16",
                   fmt::format("#{}", index));
  }
}

/// A path on padded input, against another one.
void add_padded_path_gate(std::vector<Gate>& gates, const std::string& question, const ShapeClass& shape, DType dtype,
                          Quantity quantity, GateOperator candidate, GateOperator base) {
  Gate gate;
  gate.name = fmt::format("gate.path.{}.{}.{}", question, shape.name, to_string(dtype));
  gate.kind = GateKind::path;
  gate.attention_case = case_of(shape, 0, dtype, class_seed);
  gate.candidate = std::move(candidate);
  gate.base = std::move(base);
  gate.quantity = quantity;
  gates.push_back(std::move(gate));
}

/// A dense path replayed as a CUDA graph against the same path. Isolated latency, since launches are what a graph
/// saves.
void add_graphed_path_gates(std::vector<Gate>& gates) {
  const std::pair<const char*, const char*> paths[] = {
      {"slow", "nn_mha_slow.flash"}, {"fast", "nn_mha_fast_dense.flash"}, {"composite", "composite_sdpa_dense.flash"}};
  for (const auto& [label, path] : paths) {
    for (const char* name : {"few", "short"}) {
      for (const DType dtype : {DType::bf16, DType::fp16}) {
        add_padded_path_gate(gates, fmt::format("graphed_vs_{}", label), shape_class(name), dtype,
                             Quantity::isolated_latency,
                             {fmt::format("graphed_{}", path), fmt::format("{} as a graph", label), InputForm::padded},
                             {path, label, InputForm::padded});
      }
    }
  }
}

/// A compiled module against the path that it was compiled from, on a head shape that is compiled by default.
void add_compiled_path_gates(std::vector<Gate>& gates) {
  for (const DType dtype : {DType::bf16, DType::fp16}) {
    const auto add = [&](const char* question, const char* candidate, const char* base, const char* label) {
      add_padded_path_gate(gates, question, shape_class("narrow"), dtype, Quantity::throughput,
                           {candidate, fmt::format("{} compiled", label), InputForm::padded},
                           {base, label, InputForm::padded});
    };
    add("compiled_vs_slow", "compiled_nn_mha", "nn_mha_slow.flash", "slow");
    add("compiled_vs_composite", "compiled_composite_sdpa", "composite_sdpa_dense.flash", "composite");
  }
}

/// A dense path against itself: nothing planted, half of what the bound forgives, twice as much.
void add_self_gates(std::vector<Gate>& gates, const char* bound, const AttentionCase& attention_case, double forgiven) {
  Gate gate;
  gate.kind = GateKind::self;
  gate.attention_case = attention_case;
  gate.base = {"sdpa.flash", "itself", InputForm::padded};
  gate.quantity = Quantity::gpu_time;
  for (const double times_forgiven : {0.0, 0.5, 2.0}) {
    gate.planted_slowdown = times_forgiven * forgiven;
    gate.must_fail = times_forgiven > 1;
    const std::string planted = fmt::format("{:g} %", 100 * gate.planted_slowdown);
    gate.candidate = {"sdpa.flash", times_forgiven == 0 ? "SDPA" : "SDPA slowed by " + planted, InputForm::padded};
    gate.name = fmt::format("gate.self.{}#{}", bound,
                            times_forgiven == 0  ? "same"
                            : times_forgiven < 1 ? "must_pass"
                                                 : "must_fail");
    gates.push_back(gate);
  }
}

void add_roofline_gates(std::vector<Gate>& gates) {
  const auto add = [&](const std::string& name, const AttentionCase& attention_case, GateOperator candidate) {
    Gate gate;
    gate.name = "gate.roofline." + name;
    gate.kind = GateKind::roofline;
    gate.attention_case = attention_case;
    gate.candidate = std::move(candidate);
    gate.base.label = "the product peak";
    // A whole layer by throughput: what its waits and launches cost is on the clock here, and nowhere else.
    gate.quantity = is_bare_sdpa(gate.candidate) ? Quantity::gpu_time : Quantity::throughput;
    gates.push_back(std::move(gate));
  };
  for (const DType dtype : {DType::fp16, DType::bf16}) {
    const std::string type = "." + to_string(dtype);
    add("sdpa.head_dim_128" + type, case_of(shape_class("wide"), 0, dtype, class_seed),
        {"sdpa.flash", "SDPA", InputForm::padded});
    add("sdpa.head_dim_64" + type, case_of(shape_class("longest"), 0, dtype, class_seed),
        {"sdpa.flash", "SDPA", InputForm::padded});
    add("mha.longest" + type, case_of(shape_class("longest"), 0.5, dtype, class_seed), fast(dtype));
  }
}

void add_memory_gates(std::vector<Gate>& gates) {
  for (const char* name : {"many_heads", "long", "longest"}) {
    for (const double padding : {0.5, 0.9}) {
      Gate gate;
      gate.name = fmt::format("gate.memory.{}.bf16.padding_{:.0f}", name, 100 * padding);
      gate.kind = GateKind::memory;
      gate.attention_case = case_of(shape_class(name), padding, DType::bf16, class_seed);
      gate.candidate = fast(DType::bf16);
      gate.candidate.label = "nested";
      gate.base = slow(DType::bf16, true);
      gate.base.label = "padded";
      gates.push_back(std::move(gate));
    }
  }
}

}  // namespace

std::string to_string(GateKind kind) {
  switch (kind) {
    case GateKind::self:
      return "self";
    case GateKind::path:
      return "path";
    case GateKind::roofline:
      return "roofline";
    case GateKind::memory:
      return "memory";
  }
  throw std::logic_error("no such kind of gate");
}

bool is_bare_sdpa(const GateOperator& timed) { return timed.name.starts_with("sdpa."); }

std::vector<Gate> gate_catalogue(std::uint64_t seed) {
  std::vector<Gate> gates;
  // Twice what the bounds of these names forgive must fail, half of it must pass.
  add_self_gates(gates, "from_200us", case_of(shape_class("wide"), 0, DType::bf16, class_seed), 0.01);
  add_self_gates(gates, "50_to_200us", case_of({"", "", 8, 1024, 16, 64}, 0, DType::bf16, class_seed), 0.02);
  add_path_gates_of_classes(gates);
  add_random_path_gates(gates, seed);
  add_graphed_path_gates(gates);
  add_compiled_path_gates(gates);
  add_roofline_gates(gates);
  add_memory_gates(gates);
  return gates;
}

std::vector<Gate> chosen_gates(std::vector<Gate> gates, const std::vector<std::string>& prefixes) {
  if (prefixes.empty()) return gates;
  const auto begins = [](const Gate& gate, const std::string& prefix) {
    return gate.name.starts_with(prefix) || gate.name.starts_with("gate." + prefix);
  };
  for (const std::string& prefix : prefixes) {
    if (std::ranges::none_of(gates, [&](const Gate& gate) { return begins(gate, prefix); })) {
      throw UsageError("--gate " + printable(prefix) + ": no gate's name begins so; `attngate gate list` shows them");
    }
  }
  std::erase_if(gates, [&](const Gate& gate) {
    return std::ranges::none_of(prefixes, [&](const std::string& prefix) { return begins(gate, prefix); });
  });
  return gates;
}

}  // namespace attngate
