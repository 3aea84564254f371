#include "core/oauth/access_token_claims.h"

#include <chrono>

#include "core/api/api.h"
#include "core/oauth/flat_json.h"

namespace optare {
namespace {

constexpr std::uint64_t year_10000_seconds = 253'402'300'800;
constexpr auto lifetime_seconds_max =
    std::chrono::duration_cast<std::chrono::seconds>(token_lifetime_max).count();
constexpr std::size_t claims_always_there = 8;

bool times_are_sane(std::uint64_t issued_at, std::uint64_t expires_at) {
  return expires_at < year_10000_seconds && issued_at < expires_at &&
         expires_at - issued_at <= static_cast<std::uint64_t>(lifetime_seconds_max);
}

}  // namespace

void append_claims_json(std::string& out, const AccessTokenClaims& claims) {
  FlatJsonWriter json(out);
  json.text("iss", claims.issuer)
      .text("sub", claims.client_id.text())
      .text("client_id", claims.client_id.text())
      .text("aud", claims.audience)
      .number("iat", static_cast<std::uint64_t>(claims.issued_at))
      .number("exp", static_cast<std::uint64_t>(claims.expires_at))
      .text("jti", claims.jti.text());
  if (!claims.scope.empty()) json.text("scope", claims.scope);
  json.number("v", claims.v).end();
}

std::optional<AccessTokenClaims> read_claims_json(std::string_view json) {
  FlatJsonReader members;
  if (!members.read(json)) return std::nullopt;
  const std::string* const issuer = members.text("iss");
  const std::string* const subject = members.text("sub");
  const std::string* const client_id = members.text("client_id");
  const std::string* const audience = members.text("aud");
  const std::string* const jti = members.text("jti");
  const std::string* const scope = members.text("scope");
  const std::uint64_t* const issued_at = members.number("iat");
  const std::uint64_t* const expires_at = members.number("exp");
  const std::uint64_t* const v = members.number("v");
  if (!issuer || !subject || !client_id || !audience || !jti || !issued_at || !expires_at || !v)
    return std::nullopt;
  if (members.size() != claims_always_there + (scope != nullptr ? 1 : 0)) return std::nullopt;
  if (*subject != *client_id || !is_id_text(*client_id) || !is_id_text(*jti)) return std::nullopt;
  if (issuer->empty() || audience->empty() || (scope != nullptr && scope->empty()))
    return std::nullopt;
  if (!times_are_sane(*issued_at, *expires_at)) return std::nullopt;
  return AccessTokenClaims{.issuer = *issuer,
                           .client_id = ClientId(*client_id),
                           .audience = *audience,
                           .issued_at = static_cast<std::int64_t>(*issued_at),
                           .expires_at = static_cast<std::int64_t>(*expires_at),
                           .jti = TokenId(*jti),
                           .scope = scope != nullptr ? *scope : std::string(),
                           .v = *v};
}

}  // namespace optare
