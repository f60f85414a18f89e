// The checks of the two programs that attngate grew from, PyTorch's benchmarks/transformer/sdp.py and
// benchmarks/transformer/better_transformer_vs_mha_functional.py: what their fixed shapes, data and tolerances see.
#include <rapidcheck/Random.h>

#include <algorithm>
#include <memory>

#include "attngate/case/lengths.h"
#include "attngate/faults/rival.h"
#include "attngate/faults/standard_normal.h"

namespace attngate::faults {
namespace {

/// One configuration of either program.
struct Experiment {
  AttentionCase attention_case;
  /// atol and rtol of its comparison.
  double tolerance;
  /// Parameters of nn.MultiheadAttention, else of two nn.Linear.
  bool attention_parameters;
};

/// The largest shapes that are run. The programs' own on a GPU. On two CPU cores one of their batches takes minutes
/// with a hundred paths; four sequences of 32 tokens keep the embed_dim, the heads, the ratio of padding and the
/// tolerances.
struct ShapeLimit {
  std::int64_t batch_size;
  std::int64_t length;
  std::int64_t embed_dim;
};

constexpr ShapeLimit gpu_shapes{256, 512, 1024};
constexpr ShapeLimit cpu_shapes{4, 32, 512};

AttentionCase case_of(DType dtype, std::int64_t heads, std::int64_t embed_dim, Lengths lengths, std::int64_t length) {
  AttentionCase result;
  result.dtype = dtype;
  result.num_heads = heads;
  result.head_dim = embed_dim / heads;
  const bool equal = std::ranges::all_of(lengths, [&](std::int64_t own) { return own == length; });
  result.mask = equal ? MaskKind::none : MaskKind::padding;
  result.lengths = std::move(lengths);
  return result;
}

/// sdp.py: one single experiment in fp16, then a grid of one shape, without padding and with 90 %.
void add_sdp(DType dtype, const ShapeLimit& limit, std::vector<Experiment>& experiments) {
  constexpr std::uint64_t seed = 123;
  constexpr double dense_tolerance = 1e-3, nested_tolerance = 1e-2;
  constexpr std::int64_t embed_dim = 512;
  rc::Random random(seed);
  const auto add = [&](std::int64_t heads, Lengths lengths, std::int64_t length, double tolerance) {
    AttentionCase attention_case = case_of(dtype, heads, embed_dim, std::move(lengths), length);
    attention_case.need_weights = true;  // the module's default, which they leave as it is
    experiments.push_back({std::move(attention_case), tolerance, /*attention_parameters=*/true});
  };
  const std::int64_t single_batch = std::min<std::int64_t>(128, limit.batch_size);
  const std::int64_t single_length = std::min<std::int64_t>(512, limit.length);
  const std::int64_t batch = std::min<std::int64_t>(256, limit.batch_size);
  const std::int64_t length = std::min<std::int64_t>(256, limit.length);
  if (dtype == DType::fp16) {
    add(8, all_equal_lengths(single_batch, single_length), single_length, dense_tolerance);
  }
  add(32, all_equal_lengths(batch, length), length, dense_tolerance);
  add(32, gaussian_padding_lengths(random, batch, length, 0.9), length, nested_tolerance);
}

/// better_transformer_vs_mha_functional.py: a grid of 1,280 configurations, fp16 alone.
void add_better_transformer(const ShapeLimit& limit, std::vector<Experiment>& experiments) {
  constexpr std::uint64_t seed = 26214;
  constexpr double tolerance = 1e-3;
  for (const std::int64_t batch : {16, 32, 64, 128, 256}) {
    for (const std::int64_t length : {64, 128, 256, 512}) {
      for (const std::int64_t embed_dim : {512, 1024}) {
        for (const std::int64_t heads : {8, 16}) {
          for (int beta = 1; beta < 64; beta += 4) {
            rc::Random random(seed);
            const std::int64_t rows = std::min(length, limit.length);
            Lengths lengths = beta_lengths(random, std::min(batch, limit.batch_size), rows, 1, beta * 0.05, 2);
            experiments.push_back(
                {case_of(DType::fp16, heads, std::min(embed_dim, limit.embed_dim), std::move(lengths), rows), tolerance,
                 /*attention_parameters=*/false});
          }
        }
      }
    }
  }
}

/// The program's own order, but better_transformer's grid with big steps: whatever the time leaves is spread over it.
std::vector<Experiment> experiments_of(DType dtype, const ShapeLimit& limit) {
  std::vector<Experiment> experiments;
  add_sdp(dtype, limit, experiments);
  if (dtype != DType::fp16) return experiments;
  std::vector<Experiment> grid;
  add_better_transformer(limit, grid);
  constexpr std::size_t step = 389;  // a prime beside 1,280: every configuration comes once
  for (std::size_t index = 0; index < grid.size(); ++index) experiments.push_back(grid[index * step % grid.size()]);
  return experiments;
}

/// The healthy side of the comparison: nn.MultiheadAttention's own operator, nested where the lengths differ.
at::Tensor sibling_rows(const CaseInputs& inputs) {
  const Base base = inputs.is_rectangular() ? Base::native_masked : Base::native_nested;
  const AttentionPath sibling = editable_path("sibling", "the healthy side of a comparison", base, {});
  return token_rows(sibling.run(inputs).output, inputs);
}

bool all_close(const at::Tensor& rows, const at::Tensor& sibling, double tolerance) {
  if (rows.scalar_type() != sibling.scalar_type()) return false;  // torch.allclose raises an error
  return rows.allclose(sibling, /*rtol=*/tolerance, /*atol=*/tolerance);
}

}  // namespace

Rival seed_programs(DType dtype, at::Device device) {
  constexpr std::uint64_t seed = 123;
  const auto numbers = std::make_shared<StandardNormal>(device, seed);
  const std::vector<Experiment> experiments = experiments_of(dtype, device.is_cuda() ? gpu_shapes : cpu_shapes);
  return {"seed programs", [numbers, experiments](std::uint64_t index) -> std::optional<RivalTest> {
            if (index >= experiments.size()) return std::nullopt;
            const Experiment& experiment = experiments[static_cast<std::size_t>(index)];
            const AttentionCase& attention_case = experiment.attention_case;
            CaseInputs inputs = numbers->inputs(attention_case, experiment.attention_parameters
                                                                    ? numbers->attention_parameters(attention_case)
                                                                    : numbers->linear_parameters(attention_case));
            const at::Tensor sibling = sibling_rows(inputs);
            return RivalTest{std::move(inputs), [sibling, tolerance = experiment.tolerance](const at::Tensor& rows) {
                               return all_close(rows, sibling, tolerance);
                             }};
          }};
}

}  // namespace attngate::faults
