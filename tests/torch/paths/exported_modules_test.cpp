#include "attngate/paths/mha/exported_modules.h"

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>

#include "attngate/base/remove_folder.h"
#include "attngate/case/text.h"
#include "attngate/paths/attention_path.h"
#include "attngate/paths/mha/builtin_paths.h"
#include "attngate/properties/property.h"
#include "device_under_test.h"

namespace attngate {
namespace {

using Kind = Promise::Kind;

/// A fresh folder that goes away with its owner.
class ModulesFolder {
 public:
  ModulesFolder() {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make a folder like " + path_);
  }
  ~ModulesFolder() { remove_folder(path_); }
  ModulesFolder(const ModulesFolder&) = delete;
  ModulesFolder& operator=(const ModulesFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "attngate-modules-XXXXXX").string();
};

/// A folder of files that are named like modules and hold none; ATTNGATE_MODULES names it meanwhile.
class ExportedModules : public testing::Test {
 protected:
  ExportedModules() {
    if (const char* set = std::getenv("ATTNGATE_MODULES")) before_ = set;
    ::setenv("ATTNGATE_MODULES", folder_.path().c_str(), /*overwrite=*/1);
    std::filesystem::create_directories(exported_modules_folder());
  }
  ~ExportedModules() override {
    if (before_) {
      ::setenv("ATTNGATE_MODULES", before_->c_str(), /*overwrite=*/1);
    } else {
      ::unsetenv("ATTNGATE_MODULES");
    }
  }

  static void make(const std::string& name) { std::ofstream(exported_modules_folder() + "/" + name) << "no module"; }

  /// A file of the kind for each of both devices.
  static void make_compiled(const std::string& module, const std::string& rest) {
    for (const char* device : {"cpu", "cuda"}) make(module + "." + device + "." + rest);
  }

  static Promise promise(const std::string& path, const std::string& line) {
    return make_registry().find(path)->promise(parse_line(line), device_under_test().type());
  }

 private:
  ModulesFolder folder_;
  std::optional<std::string> before_;
};

const std::string a_line = "dtype=fp16 heads=4 head_dim=32 lengths=3,2";

TEST_F(ExportedModules, are_named_by_module_device_dtype_and_heads) {
  const std::string file = compiled_module_file("nn_mha", parse_line(a_line), at::kCUDA);
  EXPECT_EQ(std::filesystem::path(file).filename(), "nn_mha.cuda.fp16.h4.d32.pt2");
  EXPECT_EQ(std::filesystem::path(file).parent_path(), exported_modules_folder());
  EXPECT_EQ(std::filesystem::path(scripted_module_file(parse_line(a_line))).filename(), "python_mha.h4.d32.pt");
}

TEST_F(ExportedModules, are_found_by_their_names_and_nothing_else_is) {
  for (const char* name :
       {"nn_mha.cpu.fp16.h4.d32.pt2", "composite_sdpa.cpu.fp16.h4.d32.pt2", "nn_mha.cpu.fp16.h2.d8.pt2",
        "nn_mha.cpu.bf16.h1.d1.pt2", "nn_mha.cuda.fp16.h1.d2.pt2", "nn_mha.cpu.fp16.h4.pt2",
        "nn_mha.cpu.fp16.h4.d9999999999.pt2", "made_by", "python_mha.h7.d7.pt", "nn_mha.cpu.fp16.h3.d3.pt2.part"}) {
    make(name);
  }
  EXPECT_EQ(compiled_head_shapes(DType::fp16, at::kCPU), (std::vector<HeadShape>{{2, 8}, {4, 32}}));
  EXPECT_EQ(compiled_head_shapes(DType::fp16, at::kCUDA), (std::vector<HeadShape>{{1, 2}}));
  EXPECT_TRUE(compiled_head_shapes(DType::fp32, at::kCPU).empty());
  EXPECT_EQ(describe_compiled_modules(at::kCPU),
            "fp16 2x8, fp16 4x32, bf16 1x1 (dtype, num_heads x head_dim) in " + exported_modules_folder());
}

TEST_F(ExportedModules, where_there_are_none_the_script_is_named) {
  EXPECT_TRUE(
      describe_compiled_modules(at::kCUDA).starts_with("none: run ci/export_modules.py --device cuda --folder "));
  for (const char* path : {"compiled_nn_mha", "compiled_composite_sdpa", "python_mha_nested", "python_mha_padded"}) {
    const Promise missing = promise(path, a_line);
    EXPECT_EQ(missing.kind, Kind::inexpressible) << path;
    EXPECT_NE(missing.reason.find("ci/export_modules.py"), std::string::npos) << path << ": " << missing.reason;
  }
  const Property* property = find_property("agreement_compiled");
  EXPECT_NE(property->obstacle(DType::fp16, at::kCPU).find("ci/export_modules.py"), std::string::npos);
}

TEST_F(ExportedModules, run_what_a_key_padding_mask_can_say) {
  make_compiled("nn_mha", "fp16.h4.d32.pt2");
  for (const char* mask : {"", " mask=holes"})
    EXPECT_EQ(promise("compiled_nn_mha", a_line + mask).kind, Kind::runs) << mask;
  for (const char* mask : {" mask=4d", " mask=causal"}) {
    EXPECT_EQ(promise("compiled_nn_mha", a_line + mask).kind, Kind::inexpressible) << mask;
  }
  EXPECT_EQ(promise("compiled_nn_mha", "dtype=fp16 heads=4 head_dim=32 lengths=0").kind, Kind::inexpressible);
  EXPECT_EQ(promise("compiled_nn_mha", "dtype=fp16 heads=4 head_dim=16 lengths=3").kind, Kind::inexpressible);
  EXPECT_EQ(promise("compiled_composite_sdpa", a_line).kind, Kind::inexpressible);
}

TEST_F(ExportedModules, come_without_a_mask_for_cases_that_hide_nothing) {
  make_compiled("nn_mha_unmasked", "fp16.h4.d32.pt2");
  const std::string full = "dtype=fp16 heads=4 head_dim=32 lengths=3,3 mask=none";
  EXPECT_EQ(promise("compiled_nn_mha", full).kind, Kind::runs);
  EXPECT_EQ(promise("compiled_nn_mha", a_line).kind, Kind::inexpressible) << "the module with a mask is not there";
}

TEST_F(ExportedModules, the_scripted_module_refuses_a_nested_tensor_with_an_odd_number_of_heads) {
  make("python_mha.h3.d20.pt");
  make("python_mha.h4.d32.pt");
  const std::string odd = "dtype=fp16 heads=3 head_dim=20 lengths=3,2";
  EXPECT_EQ(promise("python_mha_nested", odd).kind, Kind::refuses);
  EXPECT_EQ(promise("python_mha_padded", odd).kind, Kind::runs);
  EXPECT_EQ(promise("python_mha_nested", a_line).kind, Kind::runs);
}

TEST_F(ExportedModules, a_file_that_holds_no_module_is_an_error_of_its_path) {
  make_compiled("nn_mha", "fp16.h4.d32.pt2");
  make("python_mha.h4.d32.pt");
  const PathRegistry registry = make_registry();
  const CaseInputs inputs(parse_line(a_line), device_under_test());
  for (const char* path : {"compiled_nn_mha", "python_mha_nested", "python_mha_padded"}) {
    EXPECT_ANY_THROW(registry.find(path)->run(inputs)) << path;
  }
}

/// A module with the parameters of nn.MultiheadAttention that returns its input, whatever the branch: no fast one is
/// taken.
void save_module_without_a_fast_branch(const std::string& file, std::int64_t embed_dim) {
  torch::jit::Module out_proj("OutProj"), module("Mha");
  out_proj.register_parameter("weight", at::zeros({embed_dim, embed_dim}), /*is_buffer=*/false);
  out_proj.register_parameter("bias", at::zeros({embed_dim}), /*is_buffer=*/false);
  module.register_parameter("in_proj_weight", at::zeros({3 * embed_dim, embed_dim}), /*is_buffer=*/false);
  module.register_parameter("in_proj_bias", at::zeros({3 * embed_dim}), /*is_buffer=*/false);
  module.register_module("out_proj", out_proj);
  module.define(R"(
def forward(self, query, key, value, key_padding_mask: Optional[Tensor] = None, need_weights: bool = True):
    return query, query
)");
  module.save(file);
}

TEST_F(ExportedModules, a_module_that_takes_the_other_branch_is_a_wrong_result) {
  const AttentionCase attention_case = parse_line(a_line);
  make_compiled("nn_mha", "fp16.h4.d32.pt2");
  save_module_without_a_fast_branch(scripted_module_file(attention_case), attention_case.embed_dim());
  const PathRegistry registry = make_registry();
  for (const char* path : {"python_mha_nested", "python_mha_padded"}) {
    PropertyContext context;
    context.device = device_under_test();
    context.registry = &registry;
    context.only = {path};
    const Verdict verdict = find_property("agreement_compiled")->bind(context)(attention_case);
    EXPECT_FALSE(verdict.holds);
    ASSERT_EQ(verdict.paths.size(), 1u);
    EXPECT_EQ(verdict.paths[0].status, PathStatus::wrong_result);
    EXPECT_EQ(verdict.paths[0].detail, "the module took its slow branch where its source says fast");
  }
}

TEST_F(ExportedModules, agreement_compiled_draws_every_shape_that_exists_and_no_other) {
  make("nn_mha.cpu.fp16.h4.d32.pt2");
  make("nn_mha.cuda.fp16.h3.d20.pt2");
  const Property* property = find_property("agreement_compiled");
  std::map<HeadShape, int> drawn;
  for (int seed = 0; seed < 64; ++seed) {
    const AttentionCase adapted =
        property->adapt(parse_line("dtype=fp16 heads=8 head_dim=64 lengths=3,3 mask=2d seed=" + std::to_string(seed)));
    EXPECT_EQ(adapted.mask, MaskKind::none) << "a mask that no module can say";
    EXPECT_NO_THROW(validate(adapted));
    EXPECT_EQ(property->adapt(adapted), adapted);
    ++drawn[{adapted.num_heads, adapted.head_dim}];
  }
  // 64 fair draws all on one side: once in 2^63.
  EXPECT_EQ(drawn.size(), 2u);
  EXPECT_TRUE(drawn.contains({4, 32}) && drawn.contains({3, 20}));
}

}  // namespace
}  // namespace attngate
