// GET /oauth2/jwks: the keys that access tokens are verified with.
#pragma once

#include "api/http/request.h"
#include "api/http/response.h"
#include "api/services.h"
#include "core/base/result.h"
#include "core/base/task.h"

namespace optare {

// Every unrevoked key that may have made a token that lives, and the next one before it signs: who
// keeps the answer no longer than its max-age never misses a key. Errors: internal.
// Source: RFC 7517 section 5.
[[nodiscard]] Task<Result<Response>> jwks_endpoint(Services& services, const Request& request);

}  // namespace optare
