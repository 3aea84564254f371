// The MAC that makes a record of the log ours.
#pragma once

#include <map>
#include <span>

#include "core/log/frame.h"
#include "core/ports/fleet_key.h"

namespace optare {

// HMAC-SHA256 under a key derived from each fleet key. Thread-safe.
class FleetMac final : public FrameMac {
 public:
  // REQUIRES: one of `keys` has the id `current`.
  FleetMac(std::span<const FleetKey> keys, std::uint32_t current);

  std::optional<Hash> mac(std::uint32_t key_id, const LogId& log, Partition partition,
                          std::string_view header_and_payload) const override;
  std::uint32_t current_key_id() const override { return current_; }

 private:
  std::map<std::uint32_t, Secret> keys_;
  std::uint32_t current_;
};

}  // namespace optare
