#include "commands/application/revoke_api_grant.h"

#include "commands/application/living.h"

namespace optare {

RevokeApiGrant::State RevokeApiGrant::load(const States& states) const {
  auto application = states.application(client);
  auto administration = administration_beside(states, application);
  return {std::move(application), std::move(administration)};
}

Result<Decision> RevokeApiGrant::decide(const State& state, const CommandContext&) const {
  TRY_VOID(require_living(state.application));
  if (state.application->grant(api) == nullptr) return Decision{};
  Decision decision = write(*state.application, {ApiGrantRevoked{.api_id = api.text()}});
  if (state.administration.api && state.administration.api->id == api) {
    TRY(decision.guards, guards_to_stop_administering(*state.application, state.administration));
  }
  return decision;
}

}  // namespace optare
