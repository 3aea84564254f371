// What the OAuth endpoints have in common: a form comes in, JSON that nobody stores goes out.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/http/form.h"
#include "api/http/request.h"
#include "api/http/response.h"
#include "core/base/result.h"

namespace optare {

// The parameters in the body. Unknown ones stay and are nobody's concern; each stands there once,
// unless it is in `may_repeat`.
//
// Errors: unsupported_media_type, malformed, too_large; invalid_request (repeated).
// Source: RFC 6749 section 3.2.
[[nodiscard]] Result<Form> oauth_form(const Request& request,
                                      std::span<const std::string_view> may_repeat = {});

// 200; `json` is the body. Source: RFC 6749 section 5.1.
Response oauth_response(std::string json);

}  // namespace optare
