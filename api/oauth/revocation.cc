#include "api/oauth/revocation.h"

#include "api/oauth/barrier.h"
#include "api/oauth/client_authentication.h"
#include "api/oauth/endpoint.h"
#include "commands/token/revoke_token.h"

namespace optare {
namespace {

Response revoked_response() {
  Response response = empty_response(200);
  response.with("Cache-Control", "no-store").with("Pragma", "no-cache");
  return response;
}

Task<Result<void>> revoke(Services& services, const Request& request,
                          const AccessTokenClaims& claims) {
  RevokeToken command;
  command.jti = claims.jti;
  command.client = claims.client_id;
  command.expires_at = timestamp_of(claims.expires_at * 1000);
  CommandOrigin origin;
  origin.actor = {ActorType::application, claims.client_id.text()};
  origin.request_id = request.request_id;
  origin.address = request.remote_address;
  const auto committed = co_await handle(services.runner, std::move(command), std::move(origin));
  if (committed) co_return Result<void>{};
  // A race that was lost too often is the service's trouble here, not the caller's.
  if (committed.error().code == Code::conflict)
    co_return reject(Code::unavailable, committed.error().detail);
  co_return std::unexpected(committed.error());
}

}  // namespace

Task<Result<Response>> revocation_endpoint(Services& services, const Request& request) {
  CO_TRY(const Form form, oauth_form(request));
  const auto client = co_await authenticate_client(services, request, form);
  if (!client) co_return client_refused_response(client.error(), request);
  const auto text = form.one("token");
  if (!text) co_return reject(Code::invalid_request, "token is missing");

  auto token = services.tokens.read(*text);
  if (!token && token.error() == TokenRefusal::unknown_key) {
    CO_TRY_VOID(co_await see_all_of_control(services.states));
    token = services.tokens.read(*text);
  }
  if (!token) co_return revoked_response();
  const AccessTokenClaims& claims = (*token)->claims();
  // Alive or not: whether another's token lives is not this client's to know.
  if (claims.client_id != client->id)
    co_return reject(Code::unauthorized_client, "the token was issued to another client");
  CO_TRY_VOID(co_await revoke(services, request, claims));
  co_return revoked_response();
}

}  // namespace optare
