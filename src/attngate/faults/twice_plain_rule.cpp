// FlashAttention's tests compare with an fp32 reference and accept twice the error of the plain formula in the working
// dtype, over the whole output and without a floor.
#include "attngate/faults/rival.h"
#include "attngate/oracle/formula.h"
#include "attngate/properties/property.h"
#include "attngate/suite/property_run.h"

namespace attngate::faults {
namespace {

double largest(const at::Tensor& tensor) { return tensor.abs().max().item<double>(); }

/// Cases without a token have nothing to compare.
std::optional<RivalTest> test_of(const AttentionCase& attention_case, at::Device device) {
  CaseInputs inputs(attention_case, device);
  const at::Tensor reference = reference_fp64(inputs, false).output;
  if (reference.numel() == 0) return RivalTest{std::move(inputs), [](const at::Tensor&) { return true; }};
  const double bound = 2 * largest(plain_formula(inputs, false).output.to(at::kDouble).sub(reference));
  return RivalTest{std::move(inputs), [reference, bound](const at::Tensor& rows) {
                     return largest(rows.to(at::kDouble).sub(reference)) <= bound;  // false for NaN
                   }};
}

}  // namespace

Rival twice_plain_rule(DType dtype, at::Device device, std::uint64_t seed, std::uint64_t cases) {
  const Property* agreement = find_property("agreement");
  return {"2x rule", [=](std::uint64_t index) -> std::optional<RivalTest> {
            if (index >= cases) return std::nullopt;
            return test_of(random_case(*agreement, dtype, device.type(), seed, index), device);
          }};
}

}  // namespace attngate::faults
