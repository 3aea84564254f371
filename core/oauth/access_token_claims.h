// What an access token says, in either format: RFC 9068 section 2.2, and the private claim `v`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/id.h"

namespace optare {

struct AccessTokenClaims {
  std::string issuer;           // iss
  ClientId client_id;           // client_id, and `sub`: no person is involved
  std::string audience;         // aud: the identifier of exactly one API
  std::int64_t issued_at = 0;   // iat, seconds
  std::int64_t expires_at = 0;  // exp, seconds: dead from then on
  TokenId jti;
  std::string scope;    // names separated by spaces; the claim is left out when there are none
  std::uint64_t v = 0;  // control ordinal of the view that issued it (contracts F)

  bool operator==(const AccessTokenClaims&) const = default;
};

void append_claims_json(std::string& out, const AccessTokenClaims& claims);

// Nothing unless it is just what append_claims_json writes, in any order of members: an unknown
// claim might be a restriction that this build does not know. Limits: 0 < exp - iat <=
// token_lifetime_max; times before the year 10000.
std::optional<AccessTokenClaims> read_claims_json(std::string_view json);

}  // namespace optare
