#include "attngate/paths/mha/package_cache.h"

#include <link.h>
#include <torch/csrc/inductor/aoti_package/model_package_loader.h>

#include <filesystem>
#include <set>

#include "attngate/base/remove_folder.h"

namespace attngate {
namespace {

using torch::inductor::AOTIModelPackageLoader;

std::set<std::string> shared_objects() {
  std::set<std::string> names;
  const auto note = [](dl_phdr_info* object, std::size_t, void* into) {
    static_cast<std::set<std::string>*>(into)->insert(object->dlpi_name);
    return 0;
  };
  ::dl_iterate_phdr(note, &names);
  return names;
}

/// The folder that the loader made for a shared object of a package: /tmp/XXXXXX, with <package>/data/aotinductor/...
/// in it; empty for any other object.
std::filesystem::path unpacked_folder(const std::string& object) {
  const std::size_t inside = object.find("/data/aotinductor/");
  if (inside == std::string::npos) return {};
  std::filesystem::path folder = std::filesystem::path(object.substr(0, inside)).parent_path();
  const bool temporary = folder.parent_path() == "/tmp" && folder.filename().string().size() == 6;
  return temporary ? folder : std::filesystem::path();
}

/// The loader unpacks a package under /tmp and removes it in its destructor, which a worker's end by _exit() or by a
/// signal never reaches. What is mapped stays mapped, and the kernels are inside the library (ci/export_modules.py): so
/// the files can go at once.
std::unique_ptr<AOTIModelPackageLoader> load_and_leave_no_files(const std::string& file, c10::Device device) {
  const std::set<std::string> before = shared_objects();
  // One caller at a time: without this the next call waits on the host for the one before it.
  auto loader = std::make_unique<AOTIModelPackageLoader>(file, "model", /*run_single_threaded=*/true, /*num_runners=*/1,
                                                         device.is_cuda() ? device.index() : c10::DeviceIndex(-1));
  for (const std::string& object : shared_objects()) {
    if (before.contains(object)) continue;
    if (const auto folder = unpacked_folder(object); !folder.empty()) remove_folder(folder.string());
  }
  return loader;
}

}  // namespace

PackageCache::PackageCache() = default;
PackageCache::~PackageCache() = default;

std::vector<at::Tensor> PackageCache::call(const std::string& file, c10::Device device,
                                           const std::vector<at::Tensor>& inputs) {
  auto& loader = loaded_[{file, device.index()}];
  if (!loader) loader = load_and_leave_no_files(file, device);
  return loader->run(inputs);
}

}  // namespace attngate
