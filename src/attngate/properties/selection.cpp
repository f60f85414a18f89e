#include "attngate/properties/selection.h"

#include <algorithm>

namespace attngate {
namespace {

bool is_named(const AttentionPath& path, const std::vector<std::string>& names) {
  return std::ranges::any_of(names, [&](const std::string& name) { return path.goes_by(name); });
}

bool takes_part(const SelectedPath& selected, Lanes lanes) {
  const SdpBackend backend = selected.path->backend;
  switch (lanes) {
    case Lanes::fused:
      return backend == SdpBackend::flash || backend == SdpBackend::efficient || backend == SdpBackend::any;
    case Lanes::math:
      return backend == SdpBackend::math || backend == SdpBackend::any;
    case Lanes::cudnn:
      return backend == SdpBackend::cudnn;
    case Lanes::every:
      return backend != SdpBackend::cudnn;
    case Lanes::refusing:
    case Lanes::defective:
      return true;
  }
  return false;
}

bool is_wanted(const Promise& promise, Lanes lanes) {
  switch (lanes) {
    case Lanes::refusing:
      return promise.kind == Promise::Kind::refuses;
    case Lanes::defective:
      return promise.kind == Promise::Kind::defective || !promise.overrun.empty();
    default:
      return promise.kind == Promise::Kind::runs;
  }
}

}  // namespace

std::vector<SelectedPath> select_paths(const PropertyContext& context, const AttentionCase& attention_case,
                                       Lanes lanes) {
  if (lanes == Lanes::fused && context.device.is_cpu()) lanes = Lanes::every;
  std::vector<SelectedPath> candidates;
  for (const AttentionPath& path : context.registry->paths()) {
    if (context.only.empty() ? path.only_by_name : !is_named(path, context.only)) continue;
    if (std::ranges::count(context.quarantined, path.name) > 0) continue;
    Promise promise = path.promise(attention_case, context.device.type());
    if (is_wanted(promise, lanes)) candidates.push_back({&path, std::move(promise)});
  }
  if (!context.only.empty()) return candidates;
  std::vector<SelectedPath> selected;
  std::ranges::copy_if(candidates, std::back_inserter(selected),
                       [&](const SelectedPath& candidate) { return takes_part(candidate, lanes); });
  return selected;
}

std::optional<SelectedPath> selected_for(const AttentionCase& attention_case, const SelectedPath& selected,
                                         at::Device device) {
  Promise promise = selected.path->promise(attention_case, device.type());
  if (promise.kind != Promise::Kind::runs) return std::nullopt;
  return SelectedPath{selected.path, std::move(promise)};
}

}  // namespace attngate
