// What a client has to know of this server, at the well-known places.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http/request.h"
#include "api/http/response.h"
#include "api/services.h"
#include "core/base/result.h"
#include "core/base/task.h"

namespace optare {

constexpr Duration metadata_max_age = std::chrono::hours(1);  // ours

// Where the document of `issuer` is found: inserted before the issuer's path (RFC 8414 sections 3.1
// and 5) and, for OpenID Connect Discovery 1.0 section 4, appended to it.
std::vector<std::string> metadata_paths(std::string_view issuer);

// One document at all of them. There is no authorization endpoint, so response_types_supported is
// left out, which both specifications require: an empty array is forbidden (RFC 8414 section 3.2),
// and any other would be untrue. So are the members that only OpenID Connect knows.
std::string metadata_json(std::string_view issuer);

[[nodiscard]] Task<Result<Response>> metadata_endpoint(const Services& services,
                                                       const Request& request);

}  // namespace optare
