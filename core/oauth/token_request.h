// What a client credentials request may have: RFC 6749 section 4.4.
#pragma once

#include <optional>
#include <string>

#include "core/api/api.h"
#include "core/application/application.h"
#include "core/base/result.h"
#include "core/oauth/scope.h"

namespace optare {

// What the grant still gives: its scopes, as far as the API still has them.
ScopeSet effective_scopes(const ApiGrant& grant, const Api& api);

// All of them when none is requested (absent or empty).
// Errors: invalid_scope, when the request is malformed or goes beyond them: RFC 6749 section 3.3
// would allow to ignore the excess, which hides mistakes.
[[nodiscard]] Result<ScopeSet> select_scopes(const std::optional<std::string>& requested,
                                             const ApiGrant& grant, const Api& api);

}  // namespace optare
