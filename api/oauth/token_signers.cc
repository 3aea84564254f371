#include "api/oauth/token_signers.h"

namespace optare {

std::string signing_key_secret_name(const KeyId& id) { return "signing-key/" + id.text(); }

Result<std::shared_ptr<const JwtSigner>> TokenSigners::signer_of(const SigningKey& key) {
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = signers_.find(key.id); found != signers_.end()) return found->second;
  }
  TRY(auto signer, load(key));
  const std::scoped_lock lock(mutex_);
  if (signers_.size() >= token_signers_max) signers_.clear();
  return signers_.emplace(key.id, std::move(signer)).first->second;
}

Result<std::shared_ptr<const JwtSigner>> TokenSigners::load(const SigningKey& key) const {
  const auto secret = vault_.get(signing_key_secret_name(key.id));
  if (!secret) return reject(Code::unavailable, "the signing key is not in this node's vault");
  TRY(auto parsed, parser_.signer(key.alg, *secret));
  return std::make_shared<const JwtSigner>(key.id, key.alg, std::move(parsed));
}

}  // namespace optare
