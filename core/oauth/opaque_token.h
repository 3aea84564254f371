// Access tokens that say nothing to who carries them: sealed, and still without a row (contracts
// K).
//
//   at_ base64url( fleet key id 4 | salt 16 | nonce 12 | AES-256-GCM(claims JSON) | tag 16 )
//
// The sealing key is HKDF(fleet key, salt). Each start of a process draws a salt and counts its
// nonces from zero: random nonces under one key would meet GCM's limit (NIST SP 800-38D
// section 8.3: 2^32 uses) within a day. AAD is the issuer.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/oauth/access_token_claims.h"
#include "core/oauth/verified_token.h"
#include "core/ports/fleet_key.h"
#include "core/ports/random.h"

namespace optare {

constexpr std::string_view opaque_token_prefix = "at_";
constexpr std::uint64_t opaque_salt_uses_max = 1ULL << 32U;
constexpr std::size_t foreign_salts_max = 256;  // remembered sub-keys of other nodes and starts

// Thread-safe.
class OpaqueTokens {
 public:
  // Seals under the fleet key `current`, opens under any of `keys`. `random` must outlive it.
  OpaqueTokens(std::span<const FleetKey> keys, std::uint32_t current, std::string issuer,
               Random& random, std::uint64_t uses_per_salt = opaque_salt_uses_max);
  ~OpaqueTokens();

  std::string seal(const AccessTokenClaims& claims);
  // Whether the text is a token that we sealed, unaltered to the bit. Time is not its question.
  Verification open(std::string_view token) const;

  std::uint32_t current_key_id() const { return current_; }

 private:
  struct Epoch;
  Epoch* start_epoch();
  std::shared_ptr<const Secret> key_for(std::string_view key_id_and_salt) const;
  void remember(std::string_view key_id_and_salt, std::shared_ptr<const Secret> key) const;

  std::unordered_map<std::uint32_t, FleetKey> keys_;
  std::uint32_t current_;
  std::string issuer_;
  Random& random_;
  std::uint64_t uses_per_salt_;

  std::mutex starting_;  // of epochs
  std::deque<std::unique_ptr<Epoch>>
      epochs_;  // never dropped: a thread may still be sealing under one
  std::atomic<Epoch*> epoch_;

  mutable std::shared_mutex remembering_;
  mutable std::unordered_map<std::string, std::shared_ptr<const Secret>> remembered_;
  mutable std::deque<std::string> remembered_order_;
};

}  // namespace optare
