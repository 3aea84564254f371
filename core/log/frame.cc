#include "core/log/frame.h"

#include "core/base/assert.h"
#include "core/base/encoding.h"

namespace optare {

namespace {
constexpr std::string_view magic = "OPTF";
constexpr char format = 1;
constexpr std::size_t format_at = 4, kind_at = 5, zero_at = 6, key_id_at = 8, length_at = 12;
}  // namespace

std::string make_frame(const FrameMac& mac, const LogId& log, Partition partition, FrameKind kind,
                       std::string_view payload) {
  OPTARE_ASSERT(frame_header_bytes + payload.size() + frame_mac_bytes <= frame_bytes_max);
  const std::uint32_t key_id = mac.current_key_id();
  std::string frame;
  frame.reserve(frame_header_bytes + payload.size() + frame_mac_bytes);
  frame += magic;
  frame += format;
  frame += static_cast<char>(kind);
  frame.append(2, '\0');
  append_u32(frame, key_id);
  append_u32(frame, static_cast<std::uint32_t>(payload.size()));
  frame += payload;
  const std::optional<Hash> digest = mac.mac(key_id, log, partition, frame);
  OPTARE_ASSERT(digest.has_value());  // A node has the key that it says is current.
  frame += text_of(*digest);
  return frame;
}

Result<Frame> parse_frame(std::string_view bytes) {
  if (bytes.size() < frame_header_bytes + frame_mac_bytes)
    return reject(Code::malformed, "shorter than any frame");
  if (bytes.size() > frame_bytes_max) return reject(Code::malformed, "longer than any frame");
  if (!bytes.starts_with(magic) || bytes[format_at] != format ||
      bytes.substr(zero_at, 2) != std::string_view("\0\0", 2))
    return reject(Code::malformed, "not a frame of this format");
  const auto kind = static_cast<std::uint8_t>(bytes[kind_at]);
  if (kind < static_cast<std::uint8_t>(FrameKind::commit) ||
      kind > static_cast<std::uint8_t>(FrameKind::imported))
    return reject(Code::malformed, "a frame of an unknown kind");
  const std::size_t payload_bytes = bytes.size() - frame_header_bytes - frame_mac_bytes;
  if (read_u32(bytes.substr(length_at)) != payload_bytes)
    return reject(Code::malformed, "a frame of another length");
  const Frame frame{static_cast<FrameKind>(kind), read_u32(bytes.substr(key_id_at)),
                    bytes.substr(frame_header_bytes, payload_bytes)};
  if (frame.kind == FrameKind::tick && !frame.payload.empty())
    return reject(Code::malformed, "a tick with a payload");
  return frame;
}

}  // namespace optare
