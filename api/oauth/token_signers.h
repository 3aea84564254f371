// The private keys that sign access tokens, loaded from the vault and parsed once: parsing costs
// twenty signatures.
#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "core/oauth/access_token.h"
#include "core/ports/signer.h"
#include "core/ports/vault.h"
#include "core/signing_key/signing_key.h"

namespace optare {

constexpr std::size_t token_signers_max = 32;  // ours; then the cache begins anew

// Thread-safe.
class TokenSigners {
 public:
  TokenSigners(const Vault& vault, const SigningKeys& parser) : vault_(vault), parser_(parser) {}

  // Errors: unavailable, when this node's vault does not hold the key or cannot be read.
  [[nodiscard]] Result<std::shared_ptr<const JwtSigner>> signer_of(const SigningKey& key);

 private:
  Result<std::shared_ptr<const JwtSigner>> load(const SigningKey& key) const;

  const Vault& vault_;
  const SigningKeys& parser_;
  std::shared_mutex mutex_;
  std::unordered_map<KeyId, std::shared_ptr<const JwtSigner>> signers_;
};

// What the vault calls the private part of a key.
std::string signing_key_secret_name(const KeyId& id);

}  // namespace optare
