// The fleet key: one secret that every node of a deployment shares, and the keys derived from it.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/secret.h"
#include "core/ports/crypto.h"

namespace optare {

constexpr std::size_t fleet_key_bytes = 32;

// HKDF labels. They are part of what is stored and spoken: never change one, add another.
constexpr std::string_view label_log_mac = "optare log mac 1";
constexpr std::string_view label_cursor = "optare cursor 1";
constexpr std::string_view label_opaque_token = "optare opaque token 1";

struct FleetKey {
  std::uint32_t id = 0;
  Secret secret;  // 32 random bytes, the vault's "fleet-key/<id>"

  Secret derive(std::string_view label, std::string_view salt = {}) const {
    return hkdf_sha256(secret, salt, label);
  }
};

}  // namespace optare
