// POST /oauth2/token: an access token for an application that acts on its own behalf.
#pragma once

#include "api/http/request.h"
#include "api/http/response.h"
#include "api/services.h"
#include "core/base/result.h"
#include "core/base/task.h"

namespace optare {

// The client credentials grant. Exactly one API (`audience` or `resource`; the only grant when none
// is named), the scopes asked for or all that are granted; a JWT or an opaque token, as the API
// says. Nothing is asked of the log: state is read from memory, and the one wait is for the
// issuance record, which is durable before the token is made (design D10).
//
// Errors: those of oauth_form and authenticate_client; invalid_request, unsupported_grant_type,
// invalid_target, invalid_scope; unavailable, overloaded, disk_full, not_fresh, quarantined.
// Source: RFC 6749 sections 4.4 and 5, RFC 8707 section 2, RFC 9068 section 3; contracts.md M.
[[nodiscard]] Task<Result<Response>> token_endpoint(Services& services, const Request& request);

}  // namespace optare
