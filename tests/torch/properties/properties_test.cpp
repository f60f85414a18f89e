#include <gtest/gtest.h>

#include "attngate/properties/property.h"

namespace attngate {
namespace {

TEST(Properties, are_found_by_name) {
  std::string names;
  for (const Property& property : properties()) {
    EXPECT_EQ(find_property(property.name), &property);
    names += (names.empty() ? "" : ", ") + property.name;
  }
  EXPECT_EQ(property_names(), names);
  EXPECT_TRUE(
      names.starts_with("agreement, agreement_math, agreement_cudnn, agreement_large, agreement_compiled, "
                        "agreement_graphed, status, weights, "))
      << names;
  EXPECT_EQ(find_property("agree"), nullptr);
}

TEST(Properties, exist_where_they_have_something_to_check) {
  const auto exists = [](const char* name, DType dtype, at::DeviceType device) {
    return find_property(name)->exists(dtype, device);
  };
  EXPECT_TRUE(exists("agreement", DType::fp32, at::kCPU));
  EXPECT_FALSE(exists("agreement_math", DType::fp32, at::kCPU));
  EXPECT_TRUE(exists("agreement_math", DType::fp32, at::kCUDA));
  EXPECT_FALSE(exists("agreement_cudnn", DType::fp32, at::kCUDA));
  EXPECT_TRUE(exists("agreement_cudnn", DType::bf16, at::kCUDA));
}

}  // namespace
}  // namespace attngate
