// Access tokens as JWTs: RFC 9068 over RFC 7515, compact form only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/oauth/access_token_claims.h"
#include "core/oauth/verified_token.h"
#include "core/ports/signer.h"

namespace optare {

// Makes tokens with one signing key. The header is encoded once. Thread-safe.
class JwtSigner {
 public:
  JwtSigner(KeyId kid, SigningAlgorithm alg, std::shared_ptr<const Signer> signer);

  std::string sign(const AccessTokenClaims& claims) const;
  const KeyId& kid() const { return kid_; }

 private:
  KeyId kid_;
  std::string header_;  // base64url, with the dot
  std::shared_ptr<const Signer> signer_;
};

// A key to verify with. The algorithm belongs to the key, whatever a token's header says.
struct JwtKey {
  SigningAlgorithm alg = SigningAlgorithm::ES256;
  std::shared_ptr<const Verifier> verifier;
};
// The key of this id, if this deployment ever published it; revoked ones too (liveness judges
// those).
using JwtKeyLookup = std::function<std::optional<JwtKey>(const KeyId&)>;

// Whether the text is a token that we signed. Time is not its question, so the answer holds for
// ever.
//
// Accepted: exactly two dots; canonical base64url; a header of exactly alg, typ and kid (jwk, jku,
// x5u, crit, b64 and the like are refused with anything else); typ at+jwt, in any case, with or
// without application/; the key's own algorithm; the issuer, exactly. Limits: token_bytes_max.
class JwtVerification {
 public:
  JwtVerification(std::string issuer, JwtKeyLookup keys)
      : issuer_(std::move(issuer)), keys_(std::move(keys)) {}
  Verification verify(std::string_view token) const;

 private:
  std::string issuer_;
  JwtKeyLookup keys_;
};

}  // namespace optare
