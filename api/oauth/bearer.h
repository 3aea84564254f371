// Who asks the admin API, and whether he may: an access token of Optare's own, with the scope that
// is needed (RFC 6750).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/request.h"
#include "api/services.h"
#include "core/base/task.h"
#include "core/oauth/verified_token.h"

namespace optare {

struct Caller {
  ClientId client;
  std::vector<std::string> scopes;  // of the token, sorted
  std::shared_ptr<const VerifiedToken> token;

  bool may(std::string_view scope) const;
};

// The token stands in the Authorization header and nowhere else. A token that is not known or not
// alive is only refused once the view has caught up with the log. An old view does not matter here:
// admin reads say how old they are (design D11).
//
// Errors: unauthenticated (401), insufficient_scope (403), invalid_request (400, two transports).
// Source: RFC 6750 sections 2 and 3.1.
[[nodiscard]] Task<Result<Caller>> authorize(Services& services, const Request& request,
                                             std::string_view scope);

// Whether the caller's token still counts, in the view as it is now.
bool still_alive(const Services& services, const Caller& caller);

}  // namespace optare
