#include "planted_paths.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <limits>
#include <sstream>

#include "attngate/base/joined.h"
#include "attngate/base/printable.h"
#include "attngate/base/usage_error.h"
#include "attngate/paths/known_issues.h"
#include "attngate/values/device_stream.h"
#include "planted_kernels.h"
#if ATTNGATE_HAVE_CUDA
#include <c10/cuda/CUDAException.h>
#endif

namespace attngate::planted {
namespace {

/// Two per cent: small beside any other mistake in a formula, large beside fp32's rounding.
constexpr double scale_mistake = 1.02;

/// A pebibyte: more than the address space of any process, so that it fails at once and takes nothing.
constexpr std::int64_t impossible_bytes = std::int64_t{1} << 50;

/// 64 MiB: a few dozen steps to any limit.
constexpr std::int64_t bytes_at_a_time = std::int64_t{64} << 20;

/// Dense masked attention in which each sequence's keys from `keys[sequence]` on are masked out.
at::Tensor attend(const CaseInputs& inputs, const at::Tensor& keys, double scale_factor = 1) {
  const MhaParameters& p = inputs.parameters();
  const std::int64_t batch = inputs.dense().size(0), seqlen = inputs.dense().size(1),
                     head_dim = p.embed_dim() / p.num_heads;
  const auto packed = at::linear(inputs.dense(), p.in_proj_weight, p.in_proj_bias).chunk(3, -1);
  const auto heads = [&](const at::Tensor& part) {
    return part.view({batch, seqlen, p.num_heads, head_dim}).transpose(1, 2);
  };
  const at::Tensor hidden = at::arange(seqlen, keys.options()).unsqueeze(0).ge(keys.unsqueeze(1));
  // As floats: cuDNN, LibTorch's choice on some GPUs, sees through a boolean mask (docs/findings.md,
  // cudnn-boolean-mask).
  const at::Tensor mask = at::zeros({batch, seqlen}, inputs.dense().options())
                              .masked_fill_(hidden, -std::numeric_limits<double>::infinity())
                              .view({batch, 1, 1, seqlen});
  const at::Tensor attention =
      at::scaled_dot_product_attention(heads(packed[0]), heads(packed[1]), heads(packed[2]), mask, /*dropout_p=*/0,
                                       /*is_causal=*/false, scale_factor / std::sqrt(static_cast<double>(head_dim)));
  return at::linear(attention.transpose(1, 2).reshape({batch, seqlen, p.embed_dim()}), p.out_proj_weight,
                    p.out_proj_bias);
}

PathOutput healthy(const CaseInputs& inputs) { return {attend(inputs, inputs.lengths()), {}}; }

PathOutput dropped_last_key(const CaseInputs& inputs) {
  const at::Tensor& lengths = inputs.lengths();
  return {attend(inputs, lengths.sub(lengths.gt(1).to(at::kLong))), {}};
}

PathOutput off_by_scale(const CaseInputs& inputs) { return {attend(inputs, inputs.lengths(), scale_mistake), {}}; }

/// Wrong on every third call, whatever the case.
PathOutput flaky(const CaseInputs& inputs) {
  static int calls = 0;
  const at::Tensor output = attend(inputs, inputs.lengths());
  return {++calls % 3 == 0 ? output.add(1) : output, {}};
}

/// Wrong on the shapes that a record of a known issue can name, and nowhere else.
PathOutput wrong_on_ambiguous_nested_strides(const CaseInputs& inputs) {
  const auto& all = defective_shapes();
  const auto shapes = std::ranges::find(all, "ambiguous_nested_strides", &DefectiveShapes::name);
  TORCH_CHECK(shapes != all.end(), "planted_known_issue: its shapes have another name now");
  const at::Tensor output = attend(inputs, inputs.lengths());
  return {shapes->contains(inputs.attention_case()) ? output.add(1) : output, {}};
}

PathOutput out_of_memory(const CaseInputs& inputs) {
  return {at::empty({impossible_bytes}, inputs.dense().options().dtype(at::kByte)), {}};
}

PathOutput throws(const CaseInputs&) {
  TORCH_CHECK(false, "planted error, first line\nsecond line of detail\nthird line of detail");
}

/// Healthy on single sequences, so that the case in which it all ends is not simply the first one.
template <void (*Disaster)()>
PathOutput disaster_on_batches(const CaseInputs& inputs) {
  if (inputs.attention_case().batch_size() > 1) Disaster();
  return healthy(inputs);
}

void die_of_kill() { ::kill(::getpid(), SIGKILL); }
void die_of_abort() { std::abort(); }
void end_the_process() { std::exit(3); }

void die_of_segfault() {
  volatile int* volatile nowhere = nullptr;
  *nowhere = 1;
}

void loop_forever() {
  for (;;) ::usleep(1000);
}

/// Takes memory of one device and keeps it, whatever becomes of the path; fills it, since untouched host memory is
/// none.
void allocate_forever(at::Device device) {
  static std::vector<at::Tensor> kept;
  for (;;) kept.push_back(at::full({bytes_at_a_time}, 1, at::TensorOptions(device).dtype(at::kByte)));
}

void allocate_on_host_forever() { allocate_forever(at::kCPU); }

PathOutput endless_allocation(const CaseInputs& inputs) {
  if (inputs.attention_case().batch_size() > 1) allocate_forever(inputs.device());
  return healthy(inputs);
}

#if ATTNGATE_HAVE_CUDA

template <void (*Disaster)(void* stream)>
PathOutput device_disaster_on_batches(const CaseInputs& inputs) {
  if (inputs.attention_case().batch_size() > 1) Disaster(current_stream(inputs.device()));
  return healthy(inputs);
}

/// Fails as LibTorch's own kernels do.
void be_refused(void* stream) {
  launch_too_many_threads(stream);
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

#endif

Promise planted_promise(const AttentionCase& attention_case, at::DeviceType) {
  if (attention_case.mask != MaskKind::padding && attention_case.mask != MaskKind::none) {
    return Promise::inexpressible("knows lengths and nothing else of a mask");
  }
  if (attention_case.total_tokens() == 0) return Promise::inexpressible("needs a token");
  return Promise::runs();
}

AttentionPath planted(std::string name, std::string summary, std::function<PathOutput(const CaseInputs&)> run) {
  return {name, name, SdpBackend::any, std::move(summary), planted_promise, std::move(run)};
}

std::vector<AttentionPath> host_paths() {
  return {
      planted("planted_healthy", "dense masked attention, right", healthy),
      planted("planted_dropped_last_key", "masks out the last key of every sequence longer than 1", dropped_last_key),
      planted("planted_off_by_scale", "scales the logits 2 % too high", off_by_scale),
      planted("planted_flaky", "wrong on every third call", flaky),
      planted("planted_known_issue", "wrong on the shapes ambiguous_nested_strides", wrong_on_ambiguous_nested_strides),
      planted("planted_throws", "raises an error with a text of several lines", throws),
      planted("planted_out_of_memory", "asks for a pebibyte", out_of_memory),
      planted("planted_kill", "dies by SIGKILL on two or more sequences", disaster_on_batches<die_of_kill>),
      planted("planted_abort", "aborts on two or more sequences", disaster_on_batches<die_of_abort>),
      planted("planted_segfault", "writes to address 0 on two or more sequences", disaster_on_batches<die_of_segfault>),
      planted("planted_endless_loop", "never returns on two or more sequences", disaster_on_batches<loop_forever>),
      planted("planted_exit", "ends its process with code 3 on two or more sequences",
              disaster_on_batches<end_the_process>),
      planted("planted_endless_allocation", "takes memory of the device without end on two or more sequences",
              endless_allocation),
      planted("planted_endless_host_allocation", "takes memory of the host without end on two or more sequences",
              disaster_on_batches<allocate_on_host_forever>)};
}

#if ATTNGATE_HAVE_CUDA

AttentionPath planted_on_device(std::string name, std::string summary,
                                std::function<PathOutput(const CaseInputs&)> run) {
  AttentionPath path = planted(std::move(name), std::move(summary), std::move(run));
  path.promise = [](const AttentionCase& attention_case, at::DeviceType device) {
    if (device != at::kCUDA) return Promise::inexpressible("the fault is a kernel's");
    return planted_promise(attention_case, device);
  };
  return path;
}

std::vector<AttentionPath> device_paths() {
  return {planted_on_device("planted_illegal_access", "its kernel writes to a bad address on two or more sequences",
                            device_disaster_on_batches<write_to_bad_address>),
          planted_on_device("planted_device_assert", "its kernel fails an assertion on two or more sequences",
                            device_disaster_on_batches<fail_device_assertion>),
          planted_on_device("planted_endless_kernel", "its kernel never ends on two or more sequences",
                            device_disaster_on_batches<run_endless_kernel>),
          planted_on_device("planted_refused_launch", "its kernel's launch is refused on two or more sequences",
                            device_disaster_on_batches<be_refused>)};
}

#else

std::vector<AttentionPath> device_paths() { return {}; }

#endif

}  // namespace

std::vector<AttentionPath> all_paths() {
  std::vector<AttentionPath> all = host_paths();
  std::ranges::move(device_paths(), std::back_inserter(all));
  return all;
}

std::vector<AttentionPath> paths_named(const std::string& names) {
  const std::vector<AttentionPath> all = all_paths();
  std::vector<AttentionPath> chosen;
  std::istringstream items(names);
  for (std::string name; std::getline(items, name, ',');) {
    const auto found = std::ranges::find(all, name, &AttentionPath::name);
    if (found == all.end()) {
      throw UsageError("ATTNGATE_PLANTED: " + printable(name) + " is not planted here; there are " +
                       joined(all, ", ", &AttentionPath::name));
    }
    chosen.push_back(*found);
  }
  return chosen;
}

}  // namespace attngate::planted
