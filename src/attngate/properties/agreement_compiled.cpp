#include <algorithm>

#include "attngate/paths/mha/exported_modules.h"
#include "attngate/properties/property_list.h"
#include "attngate/properties/seeded_draw.h"

namespace attngate {
namespace {

/// The shapes of either device: a case's line says nothing of where it will run.
std::vector<HeadShape> shapes_on_any_device(DType dtype) {
  std::vector<HeadShape> shapes = compiled_head_shapes(dtype, at::kCPU);
  for (const HeadShape& shape : compiled_head_shapes(dtype, at::kCUDA)) {
    if (std::ranges::count(shapes, shape) == 0) shapes.push_back(shape);
  }
  std::ranges::sort(shapes);
  return shapes;
}

/// The same with sequences of one length and no mask, for the modules that take none.
AttentionCase without_padding(AttentionCase attention_case) {
  const std::int64_t shortest = std::max<std::int64_t>(1, std::ranges::min(attention_case.lengths));
  std::ranges::fill(attention_case.lengths, shortest);
  attention_case.extra_padding = 0;
  attention_case.mask = MaskKind::none;
  return attention_case;
}

/// A shape that was compiled, a mask that the modules can say, and a row to compute.
AttentionCase for_compiled(AttentionCase attention_case) {
  const std::vector<HeadShape> shapes = shapes_on_any_device(attention_case.dtype);
  const HeadShape own{attention_case.num_heads, attention_case.head_dim};
  if (!shapes.empty() && std::ranges::count(shapes, own) == 0) {
    SeededDraw draw(attention_case, "agreement_compiled");
    const HeadShape& drawn = draw.one_of(shapes);
    attention_case.num_heads = drawn.num_heads;
    attention_case.head_dim = drawn.head_dim;
  }
  if (attention_case.total_tokens() == 0) attention_case.lengths = {1};
  // The others cannot be said; by themselves, one case in 13 has no mask.
  const MaskKind mask = attention_case.mask;
  const bool can_be_said = mask == MaskKind::padding || mask == MaskKind::holes || mask == MaskKind::none;
  return can_be_said ? attention_case : without_padding(std::move(attention_case));
}

PropertyCheck bind_compiled(PropertyContext context) {
  if (context.only.empty()) context.only = {"compiled_nn_mha", "compiled_composite_sdpa", "python_mha"};
  return agreement_property().bind(context);
}

std::string nothing_compiled(DType dtype, at::DeviceType device) {
  if (!compiled_head_shapes(dtype, device).empty()) return "";
  return "no module was compiled for " + to_string(dtype) + ": run " + export_command(device);
}

}  // namespace

Property agreement_compiled_property() {
  return {.name = "agreement_compiled",
          .summary =
              "the compiled and scripted paths agree with the fp64 reference and with each other, on shapes they were "
              "not made for",
          .adapt = for_compiled,
          .bind = bind_compiled,
          .obstacle = nothing_compiled};
}

}  // namespace attngate
