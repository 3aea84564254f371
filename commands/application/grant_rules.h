// What may stand in a grant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/decision.h"

namespace optare {

// Who asks for a grant, as far as it matters: his own scopes of the admin API. None: not bound by
// them (the operator at the machine).
using ActorScopes = std::optional<std::vector<std::string>>;

// The scopes to grant, sorted, each once. `held` is what the application has already: nobody needs
// a scope of the admin API to leave it there, only to give it. `pointer` is where the scopes stand
// in the body. Errors: unprocessable, for a scope that the API does not have; insufficient_scope.
[[nodiscard]] Result<std::vector<std::string>> grantable_scopes(
    const Api& api, const std::vector<std::string>& scopes, const ApiGrant* held,
    const ActorScopes& actor_scopes, std::string_view pointer);

// That the actor has every scope of the admin API which the application was granted: for what puts
// the application into his hands. Errors: insufficient_scope.
[[nodiscard]] Result<void> require_scopes_of(const Application& application,
                                             const std::shared_ptr<const Api>& admin_api,
                                             const ActorScopes& actor_scopes);

}  // namespace optare
