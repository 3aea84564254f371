// Which application asks: client credentials in the Authorization header (client_secret_basic) or
// in the form (client_secret_post).
#pragma once

#include <expected>
#include <memory>

#include "api/http/form.h"
#include "api/http/request.h"
#include "api/http/response.h"
#include "api/services.h"
#include "core/application/application.h"
#include "core/base/task.h"

namespace optare {

struct AuthenticatedClient {
  ClientId id;
  SecretId secret;  // the one that was presented
};

struct ClientRefusal {
  Rejection rejection;
  Duration retry_after{0};  // of too_many_requests

  // Only so that a plain rejection can be passed on.
  ClientRefusal(Rejection why, Duration wait = {}) : rejection(std::move(why)), retry_after(wait) {}
};

// Exactly one method is used, and nothing of it stands in the URI. Whatever is wrong with id and
// secret is told in the same words and after the same work, so that nobody learns which clients
// exist. A client that is unknown, or a secret that is not its own, is only refused once the view
// has caught up with the log.
//
// Errors: invalid_request; invalid_client; too_many_requests (only ever a wrong secret,
// contracts.md T); not_fresh; quarantined. Source: RFC 6749 sections 2.3.1, 3.2.1 and 5.2.
[[nodiscard]] Task<std::expected<AuthenticatedClient, ClientRefusal>> authenticate_client(
    Services& services, const Request& request, const Form& form);

// As RFC 6749 section 5.2 speaks it: wrong credentials are 401 with a challenge when the client
// used the Authorization header, else 400.
Response client_refused_response(const ClientRefusal& refusal, const Request& request);
// As RFC 7662 section 2.3 speaks it: wrong credentials are 401, however they came.
Response caller_refused_response(const ClientRefusal& refusal);

}  // namespace optare
