#include "commands/application/grant_api.h"

#include <algorithm>

#include "commands/api/living.h"
#include "commands/application/living.h"
#include "core/api/admin_api.h"

namespace optare {

GrantApi::State GrantApi::load(const States& states) const {
  auto application = states.application(client);
  auto administration = administration_beside(states, application);
  return {std::move(application), states.api(api), std::move(administration)};
}

Result<Decision> GrantApi::decide(const State& state, const CommandContext&) const {
  TRY_VOID(require_living(state.application));
  TRY_VOID(require_living(state.api));
  const ApiGrant* held = state.application->grant(api);
  TRY(auto granted, grantable_scopes(*state.api, scopes, held, actor_scopes, "/scopes"));
  if (held != nullptr && held->scopes == granted) return Decision{};
  if (held == nullptr && state.application->grants.size() >= application_grants_max) {
    return reject(Code::unprocessable, "an application has at most " +
                                           std::to_string(application_grants_max) +
                                           " grants: revoke one first");
  }
  std::vector<Guard> guards;
  if (state.api->built_in && std::ranges::count(granted, admin_scope::write_applications) == 0) {
    TRY(guards, guards_to_stop_administering(*state.application, state.administration));
  }
  guards.push_back({api_stream(api), state.api->version});
  Decision decision =
      write(*state.application, {ApiGranted{.api_id = api.text(), .scopes = std::move(granted)}});
  decision.guards = std::move(guards);
  return decision;
}

}  // namespace optare
