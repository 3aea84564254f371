// The port to digests and sealing. Thread-safe, per-thread contexts behind it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/secret.h"

namespace optare {

// SHA-256. A free function: pure, needed by pure rules (chain, digests); implemented in
// core/openssl/digest.cc.
std::array<std::uint8_t, 32> sha256(std::string_view bytes);
std::string sha256_text(std::string_view bytes);  // the same 32 bytes as a string
std::array<std::uint8_t, 32> hmac_sha256(const Secret& key, std::string_view bytes);
// HKDF (RFC 5869) with SHA-256, 32 bytes.
Secret hkdf_sha256(const Secret& key, std::string_view salt, std::string_view label);

// AES-256-GCM: ciphertext followed by its 16-byte tag. REQUIRES: 32-byte key, 12-byte nonce never
// used twice with that key.
std::string seal(const Secret& key, std::string_view nonce, std::string_view plaintext,
                 std::string_view aad);
std::optional<std::string> unseal(const Secret& key, std::string_view nonce,
                                  std::string_view sealed, std::string_view aad);

}  // namespace optare
