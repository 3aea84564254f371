#include "commands/application/deactivate_client.h"

#include "commands/application/living.h"

namespace optare {

DeactivateClient::State DeactivateClient::load(const States& states) const {
  auto application = states.application(client);
  auto administration = administration_beside(states, application);
  return {std::move(application), std::move(administration)};
}

Result<Decision> DeactivateClient::decide(const State& state, const CommandContext&) const {
  TRY_VOID(require_living(state.application));
  if (state.application->standing == Standing::inactive) return Decision{};
  TRY(auto guards, guards_to_stop_administering(*state.application, state.administration));
  Decision decision = write(*state.application, {ClientDeactivated{.reason = reason}});
  decision.guards = std::move(guards);
  return decision;
}

}  // namespace optare
