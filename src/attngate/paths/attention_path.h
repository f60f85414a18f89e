#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "attngate/values/case_inputs.h"

namespace attngate {

/// Which SDPA backend a path is held to; `any` leaves the choice among all of them to LibTorch.
enum class SdpBackend { any, math, flash, efficient, cudnn };

/// "any", "math", "flash", "efficient" or "cudnn".
std::string to_string(SdpBackend backend);

/// What a path says beforehand about a case on a device.
struct Promise {
  enum class Kind {
    runs,           ///< returns an output
    refuses,        ///< raises an error whose text contains `error`
    redundant,      ///< would run the very same kernels as another path, named in `reason`
    inexpressible,  ///< the path has no way to say what the case asks for, see `reason`
    defective       ///< a known issue: returns a wrong result, or raises `error`; the finding is in `reason`
  };
  Kind kind = Kind::runs;
  /// Part of the promised error's text; empty for a defect that is a wrong result.
  std::string error;
  /// Why it is redundant, or why it refuses.
  std::string reason;
  /// Backend that must be seen to run, see BackendObserver; empty where nothing is claimed.
  std::string backend;
  /// A path that runs and is right, and is known to write outside its tensors: the finding; empty for none.
  std::string overrun = {};
  /// A defect that leaves the device unusable: only a process that can be given up may run it.
  bool loses_device = false;

  /// The case runs, on the backend named.
  static Promise runs(std::string backend = {}) { return {Kind::runs, {}, {}, std::move(backend)}; }
  /// The case raises an error that contains `error`.
  static Promise refuses(std::string error, std::string reason) {
    return {Kind::refuses, std::move(error), std::move(reason), {}};
  }
  /// The case runs into a defect of LibTorch: `finding` is its heading in docs/findings.md.
  static Promise defective(std::string finding, std::string backend) {
    return {Kind::defective, {}, std::move(finding), std::move(backend)};
  }
  /// The same, where the defect is an error that contains `error`.
  static Promise defective_error(std::string finding, std::string error) {
    return {Kind::defective, std::move(error), std::move(finding), {}};
  }
  /// The same, where the defect is an illegal access that ends all work on the device.
  static Promise defective_loss(std::string finding) {
    return {Kind::defective, {}, std::move(finding), {}, {}, /*loses_device=*/true};
  }
  /// The path's form cannot express the case: a nested tensor has no mask with holes.
  static Promise inexpressible(std::string reason) { return {Kind::inexpressible, {}, std::move(reason), {}}; }
  /// The case is covered by another path.
  static Promise redundant(std::string reason) { return {Kind::redundant, {}, std::move(reason), {}}; }
};

/// What a path returns, in its own form.
struct PathOutput {
  /// Nested [batch, (lengths), embed_dim], dense [batch, padded_length, embed_dim] or
  /// token rows [total_tokens, embed_dim].
  at::Tensor output;
  /// Attention weights averaged over the heads, [batch, seqlen, seqlen] with seqlen at least
  /// max_length(); undefined when the case does not ask for them or the path has none.
  at::Tensor weights;
};

/// A call that was set up for some inputs, to be made again and again.
struct PreparedCall {
  /// Computes the output of the inputs as they are now; what an earlier call returned may be overwritten.
  std::function<PathOutput()> call;
  /// The call replays a CUDA graph.
  bool graph_replayed = false;
};

/// One way to compute multi-head self-attention: what attngate holds against the reference.
///
/// Register your own with PathRegistry::add(), see docs/paths.md.
struct AttentionPath {
  /// Unique; "family.backend" for a path that exists once per SDPA backend.
  std::string name;
  /// Paths of one family compute the same thing by different kernels.
  std::string family;
  /// Backend that SDPA is held to while the path runs.
  SdpBackend backend = SdpBackend::any;
  /// One sentence for `attngate list`.
  std::string summary;
  /// What the path promises for a case; called before every run.
  std::function<Promise(const AttentionCase&, at::DeviceType)> promise;
  /// Runs the path under InferenceMode with only `backend` enabled; must not synchronise.
  std::function<PathOutput(const CaseInputs&)> run;
  /// Returns attention weights when a case asks for them.
  bool gives_weights = false;
  /// Takes part where a property or a person names it, and nowhere else: whether it runs hangs on files that may be
  /// there or not, and the other properties shall be the same with them and without; or it is another path once more,
  /// captured as a graph.
  bool only_by_name = false;
  /// Sets up once what repeated calls on the same inputs share, for timing; empty where `run` is all there is to a
  /// call. The inputs outlive the prepared call, which is made under the same conditions as `run`.
  std::function<PreparedCall(const CaseInputs&)> prepare = {};

  /// Whether a user who gives this name means it: it is the path's own or its family's.
  bool goes_by(const std::string& given) const { return given == name || given == family; }
};

/// The paths under test, by name, in the order in which they were added.
class PathRegistry {
 public:
  /// Adds a path; throws std::invalid_argument when the name is taken or the path is incomplete.
  void add(AttentionPath path);
  const std::vector<AttentionPath>& paths() const { return paths_; }
  /// The path of that name, or nullptr.
  const AttentionPath* find(const std::string& name) const;
  /// Names, comma separated, for messages.
  std::string names() const;

  /// What a record of a known issue makes of a path's own promise.
  using Amendment = std::function<Promise(Promise, const AttentionCase&, at::DeviceType)>;
  /// Sends the promises of the path of that name through the amendment; the path must exist.
  void amend_promise(const std::string& path, Amendment amendment);
  /// Adds lines that show a known issue on a device.
  void add_known_cases(at::DeviceType device, const std::vector<AttentionCase>& cases);
  /// The lines of all known issues in force on a device.
  std::vector<AttentionCase> known_cases(at::DeviceType device) const;

 private:
  std::vector<AttentionPath> paths_;
  std::vector<std::pair<at::DeviceType, AttentionCase>> known_cases_;
};

/// Adds a source's paths to every registry that is made later; for users' own sources.
///
///     static attngate::RegisterPaths mine{[](attngate::PathRegistry& registry) { registry.add(...); }};
struct RegisterPaths {
  explicit RegisterPaths(std::function<void(PathRegistry&)> add);
};

/// Adds the paths of every RegisterPaths that there is.
void add_registered_paths(PathRegistry& registry);

/// Any path's output as token rows [total_tokens, embed_dim] of valid rows only.
///
/// Throws WrongShape when it is not an output of this case: sizes, lengths or dtype differ.
at::Tensor token_rows(const at::Tensor& output, const CaseInputs& inputs);

/// A path returned something of the wrong shape or dtype; what() says which.
class WrongShape : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace attngate
