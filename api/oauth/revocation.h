// POST /oauth2/revoke: a client ends one of its own tokens.
#pragma once

#include "api/http/request.h"
#include "api/http/response.h"
#include "api/services.h"
#include "core/base/result.h"
#include "core/base/task.h"

namespace optare {

// 200 with an empty body says that the token is dead: revoked now or before, expired, or never a
// token of ours. Whatever keeps the revocation from being recorded is 503, never 200: the caller
// has to take the token for alive and may ask again.
//
// Errors: those of oauth_form and authenticate_client; invalid_request (no token);
// unauthorized_client (it was issued to another client); unavailable, outcome_unknown, disk_full,
// clock_skew, overloaded, quarantined, not_fresh.
// Source: RFC 7009 section 2.
[[nodiscard]] Task<Result<Response>> revocation_endpoint(Services& services,
                                                         const Request& request);

}  // namespace optare
