// A key pair that the shell has just made; its private part is in the vault already.
#pragma once

#include "commands/decision.h"

namespace optare {

// The key set is fetched often and whole; ours.
constexpr std::size_t published_keys_max = 16;

struct NewSigningKey {
  KeyId id;
  SigningAlgorithm alg = SigningAlgorithm::ES256;
  std::string public_key;  // SubjectPublicKeyInfo, DER
};

inline Change publish(const NewSigningKey& key, Duration activation_delay) {
  return {signing_key_stream(key.id),
          0,
          {SigningKeyPublished{
              .alg = key.alg,
              .public_key = {key.public_key.begin(), key.public_key.end()},
              .activation_delay_ms = static_cast<std::uint64_t>(activation_delay.count())}}};
}

// All keys, and the version that publishing one claims: two that are published at once cannot both
// count.
struct KeyRing {
  std::uint64_t system_version = 0;
  std::shared_ptr<const std::vector<SigningKey>> keys;

  const SigningKey* find(const KeyId& id) const;
};
KeyRing load_key_ring(const States& states);

}  // namespace optare
