// What a client credentials request may have: RFC 6749 section 4.4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/api/api.h"
#include "core/application/application.h"
#include "core/base/result.h"

namespace optare {

// The scopes of the token, as `scope` is spoken: those of the grant, as far as the API still has
// them; all when none is requested (absent or empty).
// Errors: invalid_scope, when the request is malformed or goes beyond them: RFC 6749 section 3.3
// would allow to ignore the excess, which hides mistakes.
[[nodiscard]] Result<std::string> select_scopes(std::optional<std::string_view> requested,
                                                const ApiGrant& grant, const Api& api);

}  // namespace optare
