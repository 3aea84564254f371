#include "core/oauth/verification_keys.h"

#include <algorithm>

namespace optare {

std::optional<JwtKey> VerificationKeys::find(const KeyId& kid) const {
  const std::scoped_lock lock(mutex_);
  if (const auto known = parsed_.find(kid); known != parsed_.end()) return known->second;
  const auto keys = states_.signing_keys();
  const auto row = std::ranges::find(*keys, kid, &SigningKey::id);
  if (row == keys->end()) return std::nullopt;
  auto verifier = parser_.verifier(row->alg, row->public_key);
  if (!verifier) return std::nullopt;  // A key that cannot be used verifies nothing.
  return parsed_.emplace(kid, JwtKey{row->alg, std::move(*verifier)}).first->second;
}

}  // namespace optare
