#include "api/oauth/bearer.h"

#include <algorithm>
#include <optional>

#include "api/http/form.h"
#include "api/oauth/barrier.h"
#include "core/api/admin_api.h"
#include "core/oauth/liveness.h"
#include "core/oauth/scope.h"

namespace optare {
namespace {

constexpr std::string_view bearer_scheme = "bearer ";

std::unexpected<Rejection> not_usable() {
  return reject(Code::unauthenticated,
                "the access token is not known, has ended, or is not for this API: ask "
                "/oauth2/token for another");
}

// Transports of RFC 6750 sections 2.2 and 2.3, which we do not take.
bool has_token_elsewhere(const Request& request) {
  const auto names_token = [](const Result<Form>& form) {
    return form && form->one("access_token").has_value();
  };
  if (request.query.find("access_token") != std::string::npos &&
      names_token(parse_query(request.query))) {
    return true;
  }
  return request.method != Method::get &&
         has_content_type(request, "application/x-www-form-urlencoded") &&
         names_token(parse_form(request.body));
}

Result<std::string_view> token_of(const Request& request) {
  const auto headers = request.headers_all("Authorization");
  if (headers.empty()) {
    return reject(Code::unauthenticated, "send an access token: Authorization: Bearer ...");
  }
  std::string_view token = headers.front();
  if (!same_field_name(token.substr(0, bearer_scheme.size()), bearer_scheme)) {
    return reject(Code::unauthenticated, "the Authorization header is not of the Bearer scheme");
  }
  if (headers.size() > 1 || has_token_elsewhere(request)) {
    return reject(Code::invalid_request,
                  "the access token was sent in more than one way: send the Authorization header "
                  "once, and nothing else");
  }
  token.remove_prefix(bearer_scheme.size());
  token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
  return token;
}

struct Sighting {
  std::shared_ptr<const VerifiedToken> token;  // null: refused
  bool may_be_behind = false;
};

Sighting look(Services& services, std::string_view text, std::string_view audience) {
  const auto token = services.tokens.read(text);
  if (!token) return {nullptr, token.error() == TokenRefusal::unknown_key};
  if ((*token)->claims().audience != audience) return {};
  const LivenessFacts facts = gather(**token, services.states);
  const Liveness liveness = alive(facts, services.now());
  if (liveness == Liveness::alive) return {*token, false};
  return {nullptr, may_be_behind(liveness, facts)};
}

}  // namespace

bool Caller::may(std::string_view scope) const {
  return std::ranges::binary_search(scopes, scope, std::less<std::string_view>{});
}

Task<Result<Caller>> authorize(Services& services, const Request& request, std::string_view scope) {
  CO_TRY(const std::string_view text, token_of(request));
  const std::string audience = admin_api_identifier(services.issuer);
  Sighting sighting = look(services, text, audience);
  if (sighting.may_be_behind) {
    CO_TRY_VOID(co_await see_all_of_control(services.states));
    sighting = look(services, text, audience);
  }
  if (!sighting.token) co_return not_usable();

  const AccessTokenClaims& claims = sighting.token->claims();
  Caller caller{claims.client_id, {}, sighting.token};
  if (!claims.scope.empty()) {
    CO_TRY(const ScopeSet scopes, ScopeSet::parse(claims.scope));
    caller.scopes = scopes.names();
  }
  if (!caller.may(scope)) {
    co_return reject(Code::insufficient_scope,
                     "this needs an access token with the scope " + std::string(scope));
  }
  co_return caller;
}

bool still_alive(const Services& services, const Caller& caller) {
  return alive(gather(*caller.token, services.states), services.now()) == Liveness::alive;
}

}  // namespace optare
