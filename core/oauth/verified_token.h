// An access token that this deployment made. Only verification can build one, so that who holds one
// need not ask whether it was verified. Whether it is alive is the other question: liveness.h.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "core/api/api.h"
#include "core/base/id.h"
#include "core/events.h"
#include "core/oauth/access_token_claims.h"
#include "core/system/system.h"

namespace optare {

// Ours. Every token that can be made fits: the longest issuer and audience, a hundred of the
// longest scopes, a signature by RSA of 4096 bits; in base64url, which makes four bytes of three.
constexpr std::size_t token_bytes_max = 16 * 1024;
constexpr std::size_t token_claims_bytes_max = issuer_bytes_max + api_identifier_bytes_max +
                                               api_scopes_max * (scope_name_bytes_max + 1) +
                                               3 * id_bytes_max + 256;  // the names and numbers
static_assert(token_claims_bytes_max * 4 / 3 + 1024 <= token_bytes_max);

// Why a text is no token of ours. For logs and tests; callers of the API hear one answer for all.
enum class TokenRefusal : std::uint8_t {
  too_large,
  malformed,    // not the form of either kind of token
  header,       // not a header that we write, or with members beyond alg, typ, kid
  type,         // typ is not at+jwt
  unknown_key,  // no such key here: the view may be behind
  algorithm,    // another one than the key's
  signature,    // or, of an opaque token, its seal
  claims,       // not the claims that we write
  issuer,
};
std::string_view token_refusal_name(TokenRefusal refusal);

class VerifiedToken {
 public:
  const AccessTokenClaims& claims() const { return claims_; }
  TokenFormat format() const { return format_; }
  const KeyId& kid() const { return kid_; }                     // of a JWT; empty otherwise
  std::uint32_t fleet_key_id() const { return fleet_key_id_; }  // of an opaque token; 0 otherwise

 private:
  friend class JwtVerification;
  friend class OpaqueTokens;
  VerifiedToken(AccessTokenClaims claims, TokenFormat format, KeyId kid, std::uint32_t fleet_key_id)
      : claims_(std::move(claims)),
        format_(format),
        kid_(std::move(kid)),
        fleet_key_id_(fleet_key_id) {}

  AccessTokenClaims claims_;
  TokenFormat format_;
  KeyId kid_;
  std::uint32_t fleet_key_id_;
};

using Verification = std::expected<VerifiedToken, TokenRefusal>;

}  // namespace optare
