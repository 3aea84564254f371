// The fixed byte layout around a commit. It never changes.
//
//   0  4  magic "OPTF"
//   4  1  format, 1
//   5  1  kind: 1 commit, 2 tick, 3 imported
//   6  2  zero
//   8  4  key id, big-endian: which fleet key made the MAC
//  12  4  payload length, big-endian
//  16  n  payload (tick: empty)
//  16+n 32 HMAC-SHA256 over log id (16) | partition (4, big-endian) | bytes 0 .. 16+n
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/log/commit.h"

namespace optare {

enum class FrameKind : std::uint8_t {
  commit = 1,
  tick = 2,      // no payload: moves log time only
  imported = 3,  // a commit of another log, carried over: core/log/imported.h
};

constexpr std::size_t frame_header_bytes = 16;
constexpr std::size_t frame_mac_bytes = 32;
// Room for an imported frame around a commit's frame.
constexpr std::size_t frame_bytes_max = commit_bytes_max + 1024;

struct Frame {
  FrameKind kind = FrameKind::commit;
  std::uint32_t key_id = 0;
  std::string_view payload;  // into the bytes that were read
};

// Makes MACs; implemented in core/openssl over the fleet key. Thread-safe.
class FrameMac {
 public:
  virtual ~FrameMac() = default;
  // The MAC under `key_id`, or nullopt when this node does not have that key.
  virtual std::optional<Hash> mac(std::uint32_t key_id, const LogId& log, Partition partition,
                                  std::string_view header_and_payload) const = 0;
  // The key that new frames are made with.
  virtual std::uint32_t current_key_id() const = 0;
};

// REQUIRES: a payload within frame_bytes_max; `mac` has its own current key.
std::string make_frame(const FrameMac& mac, const LogId& log, Partition partition, FrameKind kind,
                       std::string_view payload);
// Layout only, no MAC. Errors: malformed.
[[nodiscard]] Result<Frame> parse_frame(std::string_view bytes);

}  // namespace optare
