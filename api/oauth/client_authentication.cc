#include "api/oauth/client_authentication.h"

#include <optional>
#include <string>

#include "api/errors.h"
#include "api/oauth/barrier.h"
#include "core/oauth/basic_credentials.h"
#include "core/oauth/client_secret.h"
#include "core/oauth/liveness.h"

namespace optare {
namespace {

using Authentication = std::expected<AuthenticatedClient, ClientRefusal>;

Result<ClientCredentials> presented_credentials(const Request& request, const Form& form) {
  const auto headers = request.headers_all("Authorization");
  const auto secret = form.one("client_secret");
  const bool asserted = form.one("client_assertion").has_value();
  const int methods = static_cast<int>(headers.size()) + (secret ? 1 : 0) + (asserted ? 1 : 0);
  if (methods > 1) {
    return reject(Code::invalid_request,
                  "the client authenticates in more than one way: use either the Authorization "
                  "header or client_secret");
  }
  // Servers, proxies and histories keep URIs (RFC 6749 section 2.3.1).
  if (request.query.find("client_secret") != std::string::npos) {
    return reject(Code::invalid_request,
                  "client_secret must not stand in the URI: send it in the Authorization header "
                  "or in the body, and rotate it");
  }
  const auto client_id = form.one("client_id");
  if (!headers.empty()) {
    TRY(ClientCredentials credentials, parse_basic_credentials(headers.front()));
    if (client_id && *client_id != credentials.client_id.text()) {
      return reject(Code::invalid_request,
                    "client_id is not the client of the Authorization header");
    }
    return credentials;
  }
  if (!secret || !client_id) {
    return reject(Code::invalid_client,
                  "the client does not authenticate: send client id and secret in the "
                  "Authorization header (Basic) or as client_id and client_secret");
  }
  return check_client_credentials(*client_id, *secret);
}

struct Check {
  ClientStanding standing;
  std::optional<SecretId> secret;  // the live secret that was presented
  bool passes() const { return secret && standing.liveness == Liveness::alive; }
  bool known() const { return standing.application != nullptr; }
};

Check check(const Services& services, const ClientCredentials& presented) {
  Check result{may_authenticate(presented.client_id, services.states), std::nullopt};
  result.secret =
      matching_secret(presented.secret.reveal(), result.standing.application.get(), services.now());
  // A known client's row is in memory, an unknown one is looked for in the store: whoever fails
  // has looked there, so that time does not tell the two apart.
  if (!result.passes() && result.known())
    services.states.application(ClientId("srv_0000000000000000000000"));
  return result;
}

ClientRefusal refused(Services& services, const Request& request, const ClientId& client,
                      const Check& checked) {
  const bool wrong = !checked.secret.has_value();
  if (services.authentication_failed) {
    // Whoever puts a secret into client_id shall not find it in a log.
    services.authentication_failed(
        checked.known() ? std::string_view(client.text()) : "unknown",
        wrong && checked.known() ? "wrong_secret" : liveness_name(checked.standing.liveness),
        request.request_id);
  }
  if (!wrong && checked.standing.liveness == Liveness::quarantined) {
    return Rejection{
        Code::quarantined, "this application's state is not certain now: try again shortly", {}};
  }
  if (wrong) {
    const Duration wait =
        services.throttle.wrong(client.text(), request.remote_address, services.clock.boottime());
    if (wait > Duration::zero()) {
      return {Rejection{Code::too_many_requests,
                        "too many attempts with wrong credentials: wait before the next",
                        {}},
              wait};
    }
  }
  return Rejection{Code::invalid_client, "client id or secret is wrong, or has ended", {}};
}

}  // namespace

Task<Authentication> authenticate_client(Services& services, const Request& request,
                                         const Form& form) {
  auto presented = presented_credentials(request, form);
  if (!presented) co_return std::unexpected(ClientRefusal(std::move(presented).error()));
  Check checked = check(services, *presented);
  if (!checked.passes()) {
    // Client, secret or activation may be news that this node has not applied yet.
    if (auto seen = co_await see_all_of_control(services.states); !seen) {
      co_return std::unexpected(ClientRefusal(std::move(seen).error()));
    }
    checked = check(services, *presented);
  }
  if (auto fresh = fresh_enough(services.states); !fresh) {
    co_return std::unexpected(ClientRefusal(std::move(fresh).error()));
  }
  if (!checked.passes()) {
    co_return std::unexpected(refused(services, request, presented->client_id, checked));
  }
  services.last_used.used(presented->client_id, *checked.secret, services.now());
  co_return AuthenticatedClient{std::move(presented->client_id), *std::move(checked.secret)};
}

namespace {

Response refused_response(const ClientRefusal& refusal, bool challenged) {
  Response response = oauth_error_response(refusal.rejection, challenged);
  if (refusal.retry_after > Duration::zero()) {
    std::erase_if(response.headers, [](const Header& h) { return h.name == "Retry-After"; });
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(refusal.retry_after);
    response.with("Retry-After", std::to_string(seconds.count()));
  }
  return response;
}

}  // namespace

Response client_refused_response(const ClientRefusal& refusal, const Request& request) {
  return refused_response(refusal, !request.header("Authorization").empty());
}

Response caller_refused_response(const ClientRefusal& refusal) {
  return refused_response(refusal, true);
}

}  // namespace optare
