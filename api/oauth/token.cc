#include "api/oauth/token.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "api/oauth/barrier.h"
#include "api/oauth/client_authentication.h"
#include "api/oauth/endpoint.h"
#include "core/base/assert.h"
#include "core/oauth/audience.h"
#include "core/oauth/flat_json.h"
#include "core/oauth/liveness.h"
#include "core/oauth/token_request.h"

namespace optare {
namespace {

// RFC 8707 section 2: the one parameter that may be repeated.
constexpr std::string_view may_repeat[] = {"resource"};
constexpr std::string_view token_id_prefix = "00";  // its tokens partition (contracts.md D)

// Of the form, which outlives it.
struct TokenRequest {
  AudienceRequest target;
  std::optional<std::string_view> scope;
};

// A token that may be made: all of it but its text.
struct Draft {
  AccessTokenClaims claims;
  std::shared_ptr<const Api> api;
  std::shared_ptr<const JwtSigner> signer;  // null: opaque
};

Result<TokenRequest> token_request(const Form& form) {
  const auto grant_type = form.one("grant_type");
  if (!grant_type)
    return reject(Code::invalid_request, "grant_type is missing: send client_credentials");
  if (*grant_type != "client_credentials")
    return reject(Code::unsupported_grant_type,
                  "the only grant_type that is supported is client_credentials");
  TokenRequest request;
  request.target.audience = form.one("audience");
  request.target.resources = form.all("resource");
  request.scope = form.one("scope");
  return request;
}

Result<std::shared_ptr<const JwtSigner>> signer_at(Services& services, Timestamp now) {
  const auto keys = services.states.signing_keys();
  const SigningKey* const key = signing_key_at(*keys, now);
  if (key == nullptr)
    return reject(Code::unavailable,
                  "there is no signing key that was not revoked: an administrator has to rotate");
  return services.signers.signer_of(*key);
}

std::unexpected<Rejection> not_issued(Liveness why) {
  switch (why) {
    case Liveness::alive:
    case Liveness::expired:
    case Liveness::not_yet_valid:
    case Liveness::token_revoked:
      break;  // Not of a token that is made now.
    case Liveness::quarantined:
      return reject(Code::quarantined, "the state of this grant is not certain now: try again");
    case Liveness::application_unknown:
    case Liveness::application_inactive:
    case Liveness::application_deleted:
      return reject(Code::invalid_client, "client id or secret is wrong, or has ended");
    case Liveness::api_unknown:
    case Liveness::grant_gone:
      return reject(Code::invalid_target,
                    "no API of this identifier is granted to this application");
    case Liveness::application_moved:
    case Liveness::api_moved:
    case Liveness::grant_moved:
    case Liveness::key_unknown:
    case Liveness::key_revoked:
    case Liveness::key_moved:
      return reject(Code::unavailable, "what the token rests on is changing now: try again");
  }
  OPTARE_ASSERT(false);
}

Result<Draft> draft_token(Services& services, const ClientId& client, const TokenRequest& request) {
  const States& states = services.states;
  Draft draft;
  AccessTokenClaims& claims = draft.claims;
  claims.v = states.position();  // First: what moves from here on shows below as moved.
  const Timestamp now = services.now();
  const auto application = states.application(client);
  if (!application || application->standing != Standing::active)
    return not_issued(Liveness::application_inactive);
  TRY(GrantedApi target, target_of(request.target, *application, states));
  TRY(claims.scope, select_scopes(request.scope, *target.grant, *target.api));
  draft.api = std::move(target.api);
  if (draft.api->token_format == TokenFormat::jwt) {
    TRY(draft.signer, signer_at(services, now));
  }

  const auto lifetime = std::chrono::floor<std::chrono::seconds>(draft.api->token_lifetime);
  claims.issuer = services.issuer;
  claims.client_id = client;
  claims.audience = draft.api->identifier;
  claims.issued_at = seconds_of(now);
  claims.expires_at = claims.issued_at + lifetime.count();
  claims.jti = TokenId(services.random.id(token_id_prefix));
  const KeyId kid = draft.signer ? draft.signer->kid() : KeyId();
  const Liveness liveness = alive(gather_for_issuing(claims, kid, states), now);
  if (liveness != Liveness::alive) return not_issued(liveness);
  return draft;
}

IssuedToken record_of(const Draft& draft, const Request& request) {
  const AccessTokenClaims& claims = draft.claims;
  return {.jti = claims.jti.text(),
          .client_id = claims.client_id.text(),
          .api_id = draft.api->id.text(),
          .scopes = claims.scope,
          .kid = draft.signer ? std::string_view(draft.signer->kid().text()) : std::string_view(),
          .issued_at = timestamp_of(claims.issued_at * 1000),
          .expires_at = timestamp_of(claims.expires_at * 1000),
          .view_ordinal = claims.v,
          .request_id = request.request_id};
}

Response token_response(std::string_view token, const AccessTokenClaims& claims) {
  constexpr std::size_t other_bytes = 128;
  std::string body;
  body.reserve(token.size() + claims.scope.size() + other_bytes);
  FlatJsonWriter json(body);
  json.text("access_token", token)
      .text("token_type", "Bearer")
      .number("expires_in", static_cast<std::uint64_t>(claims.expires_at - claims.issued_at));
  // RFC 6749 section 3.3: a scope has one name at least, so that none cannot be spoken.
  if (!claims.scope.empty()) json.text("scope", claims.scope);
  json.end();
  return oauth_response(std::move(body));
}

}  // namespace

Task<Result<Response>> token_endpoint(Services& services, const Request& request) {
  CO_TRY(const Form form, oauth_form(request, may_repeat));
  const auto client = co_await authenticate_client(services, request, form);
  if (!client) co_return client_refused_response(client.error(), request);
  CO_TRY(const TokenRequest asked, token_request(form));

  auto drafted = draft_token(services, client->id, asked);
  if (!drafted) {
    // What is absent may be news that is not applied here yet, and what moved while it was read has
    // been applied by then.
    CO_TRY_VOID(co_await see_all_of_control(services.states));
    drafted = draft_token(services, client->id, asked);
  }
  CO_TRY(const Draft draft, std::move(drafted));

  const IssuedToken record = record_of(draft, request);
  CO_TRY_VOID(co_await services.spool.record(record));
  const std::string token =
      draft.signer ? draft.signer->sign(draft.claims) : services.opaque.seal(draft.claims);
  // The wait above may have been long. A principal that moved meanwhile is newer than the token's
  // `v`: such a token is born dead, so that nothing else needs to be asked again.
  CO_TRY_VOID(fresh_enough(services.states));
  co_return token_response(token, draft.claims);
}

}  // namespace optare
