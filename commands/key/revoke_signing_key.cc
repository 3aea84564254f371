#include "commands/key/revoke_signing_key.h"

#include <algorithm>

namespace optare {

const SigningKey* heir_of(std::span<const SigningKey> keys, const KeyId& key, Timestamp now) {
  std::vector<SigningKey> others;
  std::ranges::copy_if(keys, std::back_inserter(others),
                       [&](const SigningKey& k) { return k.id != key; });
  const SigningKey* next = signing_key_at(others, now);
  if (next == nullptr) return nullptr;
  for (const SigningKey* published : published_keys_at(keys, now)) {
    if (published->id == next->id) return published;
  }
  return nullptr;
}

Result<Decision> RevokeSigningKey::decide(const State& ring, const CommandContext& context) const {
  const SigningKey* revoked = ring.find(key);
  if (revoked == nullptr) return reject(Code::not_found, "there is no such key");
  if (revoked->revoked_at) return Decision{};
  Decision decision = write(subject(), revoked->version, {SigningKeyRevoked{.reason = reason}});
  if (const SigningKey* heir = heir_of(*ring.keys, key, context.now)) {
    // Of two keys that are revoked at once, each counting on the other, one commit is void.
    decision.guards.push_back({signing_key_stream(heir->id), heir->version});
    return decision;
  }
  if (!replacement || ring.find(replacement->id) != nullptr) {
    return reject(Code::conflict,
                  "no key would be left to sign with: repeat the request, with a new one");
  }
  decision.changes.push_back(publish(*replacement, Duration::zero()));
  decision.changes.push_back(claim(std::string(system_stream), ring.system_version));
  return decision;
}

}  // namespace optare
