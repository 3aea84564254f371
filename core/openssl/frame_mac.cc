#include "core/openssl/frame_mac.h"

#include "core/base/assert.h"
#include "core/base/encoding.h"

namespace optare {

FleetMac::FleetMac(std::span<const FleetKey> keys, std::uint32_t current) : current_(current) {
  for (const FleetKey& key : keys) {
    OPTARE_ASSERT(key.secret.reveal().size() == fleet_key_bytes);
    keys_.emplace(key.id, key.derive(label_log_mac));
  }
  OPTARE_ASSERT(keys_.contains(current_));
}

std::optional<Hash> FleetMac::mac(std::uint32_t key_id, const LogId& log, Partition partition,
                                  std::string_view header_and_payload) const {
  const auto key = keys_.find(key_id);
  if (key == keys_.end()) return std::nullopt;
  std::string covered;
  covered.reserve(log.size() + sizeof(std::uint32_t) + header_and_payload.size());
  covered += text_of(log);
  append_u32(covered, static_cast<std::uint32_t>(partition));
  covered += header_and_payload;
  return hmac_sha256(key->second, covered);
}

}  // namespace optare
