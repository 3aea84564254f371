// Every refusal and how it is spoken: one row per Code.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "api/http/refusal.h"
#include "api/http/request.h"
#include "api/http/response.h"
#include "core/base/result.h"

namespace optare {

struct ErrorRow {
  Code code;
  int status;             // for the admin API
  std::string_view slug;  // type urn:optare:problem:<slug>
  std::string_view title;
  std::string_view oauth;                 // `error` of RFC 6749 section 5.2
  std::uint16_t retry_after_seconds = 0;  // 0: trying again does not help
};

std::span<const ErrorRow> error_table();
const ErrorRow& error_row(Code code);

// RFC 9457. Usable as an ErrorRenderer.
Response problem_response(const Rejection& rejection, const Request& request);

// RFC 6749 section 5.2: JSON, no-store. invalid_client is 401 with WWW-Authenticate when the client
// used the Authorization header, else 400; refusals of the service keep their 429, 500 or 503.
Response oauth_error_response(const Rejection& rejection, bool basic_used);
// The same; looks at the request's Authorization header. Usable as an ErrorRenderer.
Response oauth_error_response(const Rejection& rejection, const Request& request);

// The same for what the server refuses itself; keeps its status. Usable as a RefusalRenderer.
Response oauth_error_response(const Refusal& refusal, const Request& request);

// RFC 6750 section 3 on top of a problem body: unauthenticated is 401 with a Bearer challenge (no
// error word when no token was sent), insufficient_scope is 403 and names the scope that is needed.
// Any other refusal is a plain problem. Usable as an ErrorRenderer.
Response bearer_error_response(const Rejection& rejection, const Request& request,
                               std::string_view scope_needed = {});

}  // namespace optare
