#include "api/oauth/introspection.h"

#include <algorithm>
#include <memory>
#include <string>

#include "api/oauth/barrier.h"
#include "api/oauth/client_authentication.h"
#include "api/oauth/endpoint.h"
#include "core/oauth/flat_json.h"
#include "core/oauth/liveness.h"

namespace optare {
namespace {

bool may_see(const ClientId& caller, const AccessTokenClaims& claims, const Api& api) {
  if (caller == claims.client_id) return true;
  return !api.built_in && std::ranges::binary_search(api.introspectors, caller);
}

struct Sighting {
  std::shared_ptr<const VerifiedToken> token;  // null: not active, as far as this caller may know
  bool may_be_behind = false;
};

Sighting look(Services& services, std::string_view text, const ClientId& caller) {
  const auto token = services.tokens.read(text);
  if (!token) return {nullptr, token.error() == TokenRefusal::unknown_key};
  const LivenessFacts facts = gather(**token, services.states);
  const Liveness liveness = alive(facts, services.now());
  if (liveness != Liveness::alive) return {nullptr, may_be_behind(liveness, facts)};
  // That somebody is no introspector is an absence as well.
  if (!may_see(caller, (*token)->claims(), *facts.api())) return {nullptr, true};
  return {*token, false};
}

// RFC 7662 section 2.2.
Response active_response(const AccessTokenClaims& claims) {
  constexpr std::size_t usual_bytes = 512;
  std::string body;
  body.reserve(usual_bytes);
  FlatJsonWriter json(body);
  json.boolean("active", true);
  if (!claims.scope.empty()) json.text("scope", claims.scope);
  json.text("client_id", claims.client_id.text())
      .text("token_type", "Bearer")
      .number("exp", static_cast<std::uint64_t>(claims.expires_at))
      .number("iat", static_cast<std::uint64_t>(claims.issued_at))
      .text("sub", claims.client_id.text())
      .text("aud", claims.audience)
      .text("iss", claims.issuer)
      .text("jti", claims.jti.text())
      .end();
  return oauth_response(std::move(body));
}

}  // namespace

Task<Result<Response>> introspection_endpoint(Services& services, const Request& request) {
  CO_TRY(const Form form, oauth_form(request));
  const auto caller = co_await authenticate_client(services, request, form);
  if (!caller) co_return caller_refused_response(caller.error());
  const auto text = form.one("token");
  if (!text) co_return reject(Code::invalid_request, "token is missing");

  Sighting sighting = look(services, *text, caller->id);
  if (sighting.may_be_behind) {
    CO_TRY_VOID(co_await see_all_of_control(services.states));
    sighting = look(services, *text, caller->id);
  }
  CO_TRY_VOID(fresh_enough(services.states));
  if (!sighting.token) co_return oauth_response(R"({"active":false})");
  co_return active_response(sighting.token->claims());
}

}  // namespace optare
