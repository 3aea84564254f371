#include "core/log/frame.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/log_samples.h"

namespace optare {
namespace {

std::string frame_with(std::string_view payload, FrameKind kind = FrameKind::commit) {
  return make_frame(samples::fleet_mac(), samples::log_id, Partition::control, kind, payload);
}

TEST(Frame, HasTheLayoutThatNeverChanges) {
  const std::string frame = frame_with("payload");
  EXPECT_EQ(frame.substr(0, 16), std::string_view("OPTF\x01\x01\0\0\0\0\0\x07\0\0\0\x07", 16));
  EXPECT_EQ(frame.substr(16, 7), "payload");
  EXPECT_EQ(frame.size(), 16U + 7U + 32U);
  const auto mac =
      samples::fleet_mac().mac(7, samples::log_id, Partition::control, frame.substr(0, 23));
  EXPECT_EQ(frame.substr(23), text_of(*mac));
}

TEST(Frame, IsReadBack) {
  const std::string bytes = frame_with("payload", FrameKind::imported);
  const auto frame = parse_frame(bytes);
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->kind, FrameKind::imported);
  EXPECT_EQ(frame->key_id, 7U);
  EXPECT_EQ(frame->payload, "payload");
}

struct BrokenFrame {
  const char* what;
  std::function<void(std::string&)> breaks;
};

TEST(Frame, IsRefusedWhenItsLayoutIsBroken) {
  const std::vector<BrokenFrame> cases{
      {"empty", [](std::string& f) { f.clear(); }},
      {"one byte short", [](std::string& f) { f.pop_back(); }},
      {"one byte long", [](std::string& f) { f.push_back('x'); }},
      {"another magic", [](std::string& f) { f[0] = 'o'; }},
      {"a later format", [](std::string& f) { f[4] = 2; }},
      {"kind 0", [](std::string& f) { f[5] = 0; }},
      {"kind 4", [](std::string& f) { f[5] = 4; }},
      {"not zero at 6", [](std::string& f) { f[6] = 1; }},
      {"not zero at 7", [](std::string& f) { f[7] = 1; }},
      {"a tick with a payload", [](std::string& f) { f[5] = 2; }},
      {"a length beyond the end", [](std::string& f) { f[12] = '\xff'; }},
  };
  for (const BrokenFrame& broken : cases) {
    std::string frame = frame_with("payload");
    ASSERT_TRUE(parse_frame(frame).has_value());
    broken.breaks(frame);
    EXPECT_FALSE(parse_frame(frame).has_value()) << broken.what;
  }
}

TEST(Frame, HasASmallestAndALargestSize) {
  EXPECT_TRUE(parse_frame(frame_with("", FrameKind::tick)).has_value());
  EXPECT_FALSE(parse_frame(frame_with("", FrameKind::tick).substr(0, 47)).has_value());

  const std::size_t payload_max = frame_bytes_max - frame_header_bytes - frame_mac_bytes;
  const std::string largest = frame_with(std::string(payload_max, 'x'));
  EXPECT_TRUE(parse_frame(largest).has_value());
  std::string larger = largest + "x";
  std::string length;
  append_u32(length, static_cast<std::uint32_t>(payload_max + 1));
  larger.replace(12, 4, length);
  EXPECT_FALSE(parse_frame(larger).has_value());
}

RC_GTEST_PROP(Frame, OfArbitraryBytesNeverCrashes, (const std::string& tail)) {
  const std::string bytes =
      *rc::gen::element<std::string>("", "OPTF", std::string("OPTF\x01\x01\0\0", 8)) + tail;
  const auto frame = parse_frame(bytes);
  RC_ASSERT(
      (!frame || frame->payload.size() + frame_header_bytes + frame_mac_bytes == bytes.size()));
}

}  // namespace
}  // namespace optare
