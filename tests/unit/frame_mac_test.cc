#include "core/openssl/frame_mac.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"

namespace optare {
namespace {

std::vector<FleetKey> two_keys() {
  std::vector<FleetKey> keys;
  keys.push_back({1, Secret(std::string(32, 'a'))});
  keys.push_back({2, Secret(std::string(32, 'b'))});
  return keys;
}

TEST(FleetMac, DependsOnEverythingItCovers) {
  const FleetMac mac(two_keys(), 2);
  const LogId log{1}, other_log{2};
  const auto made = mac.mac(2, log, Partition::control, "text");
  ASSERT_TRUE(made);
  EXPECT_EQ(mac.current_key_id(), 2U);
  EXPECT_EQ(mac.mac(2, log, Partition::control, "text"), made);
  EXPECT_NE(mac.mac(1, log, Partition::control, "text"), made);
  EXPECT_NE(mac.mac(2, other_log, Partition::control, "text"), made);
  EXPECT_NE(mac.mac(2, log, Partition::tokens_00, "text"), made);
  EXPECT_NE(mac.mac(2, log, Partition::control, "texu"), made);
}

TEST(FleetMac, HasNoMacForAKeyThatItLacks) {
  const FleetMac mac(two_keys(), 1);
  EXPECT_EQ(mac.mac(3, LogId{}, Partition::control, "text"), std::nullopt);
}

// Written once; a change would make every log unreadable.
TEST(FleetMac, IsWhatTheFormatSays) {
  std::vector<FleetKey> keys;
  keys.push_back({7, Secret(std::string(32, 'k'))});
  const FleetMac mac(keys, 7);
  const Secret derived = hkdf_sha256(Secret(std::string(32, 'k')), "", "optare log mac 1");
  const std::string covered = std::string(16, '\x05') + std::string("\0\0\0\x01", 4) + "text";
  LogId log;
  log.fill(5);
  EXPECT_EQ(mac.mac(7, log, Partition::tokens_00, "text"), hmac_sha256(derived, covered));
}

}  // namespace
}  // namespace optare
