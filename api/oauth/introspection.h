// POST /oauth2/introspect: is this token alive, and what does it say.
#pragma once

#include "api/http/request.h"
#include "api/http/response.h"
#include "api/services.h"
#include "core/base/result.h"
#include "core/base/task.h"

namespace optare {

// The caller authenticates as a client. What the token says is told to the client that it was
// issued to and to the introspectors of its API; tokens of the admin API to their own client only.
// Everyone else, and whoever asks about a token that is not alive, hears {"active":false} and
// nothing more.
//
// Errors: those of oauth_form and authenticate_client (wrong credentials are always 401);
// invalid_request (no token); not_fresh.
// Source: RFC 7662 section 2; contracts.md N.
[[nodiscard]] Task<Result<Response>> introspection_endpoint(Services& services,
                                                            const Request& request);

}  // namespace optare
