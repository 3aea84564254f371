// The public keys that tokens are verified with, parsed once: parsing costs four verifications.
#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>

#include "core/oauth/access_token.h"
#include "core/ports/signer.h"
#include "core/ports/states.h"

namespace optare {

// Thread-safe. A key's public part never changes, so that what was parsed stays; whether it was
// revoked is for liveness to say. Holds as many keys as were ever published.
class VerificationKeys {
 public:
  VerificationKeys(const States& states, const SigningKeys& parser)
      : states_(states), parser_(parser) {}
  std::optional<JwtKey> find(const KeyId& kid) const;

 private:
  const States& states_;
  const SigningKeys& parser_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<KeyId, JwtKey> parsed_;
};

}  // namespace optare
