#include "attngate/timing/device_waits.h"

#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "device_under_test.h"

namespace attngate {
namespace {

/// 'b' for what comes before a wait, 'a' for what comes after it.
class Watched {
 public:
  std::string seen;

 private:
  DeviceWaits waits_{[this] { seen += 'b'; }, [this] { seen += 'a'; }};
};

TEST(TimingDeviceWaits, are_blocking_copies_between_host_and_device_and_readings_of_a_value) {
  const at::Tensor on_host = at::ones({4}), on_device = on_host.to(device_under_test());
  const std::string once = device_under_test().is_cuda() ? "ba" : "";
  EXPECT_EQ((Watched{}.seen), "");
  Watched copies;
  on_device.copy_(on_host);
  EXPECT_EQ(copies.seen, once);
  on_device.cpu();
  EXPECT_EQ(copies.seen, once + once);
  on_device.sum().item<float>();
  EXPECT_EQ(copies.seen, once + once + once);
}

TEST(TimingDeviceWaits, are_one_where_a_copy_converts_as_well) {
  const at::Tensor on_host = at::ones({4});
  Watched watched;
  on_host.to(device_under_test(), at::kHalf);
  EXPECT_EQ(watched.seen, device_under_test().is_cuda() ? "ba" : "");
}

TEST(TimingDeviceWaits, are_not_what_stays_on_a_device_or_does_not_block) {
  const at::Tensor on_host = at::ones({4}), on_device = on_host.to(device_under_test());
  Watched watched;
  on_device.clone();
  on_host.clone();
  on_host.to(device_under_test(), at::kHalf, /*non_blocking=*/true);
  on_host.sum().item<float>();
  EXPECT_EQ(watched.seen, "");
}

TEST(TimingDeviceWaits, are_watched_by_one_in_a_thread_at_a_time) {
  const Watched first;
  EXPECT_THROW(Watched{}, std::logic_error);
}

TEST(TimingDeviceWaits, are_watched_no_more_afterwards) {
  const at::Tensor on_host = at::ones({4}), on_device = on_host.to(device_under_test());
  { const Watched gone; }
  on_device.copy_(on_host);  // calls nobody, who would be dead
  Watched again;
  on_device.copy_(on_host);
  EXPECT_EQ(again.seen, device_under_test().is_cuda() ? "ba" : "");
}

}  // namespace
}  // namespace attngate
