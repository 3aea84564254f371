#include "commands/application/delete_application.h"

#include "commands/application/living.h"

namespace optare {

DeleteApplication::State DeleteApplication::load(const States& states) const {
  auto application = states.application(client);
  auto administration = administration_beside(states, application);
  return {std::move(application), std::move(administration)};
}

Result<Decision> DeleteApplication::decide(const State& state, const CommandContext&) const {
  TRY_VOID(require_living(state.application));
  TRY(auto guards, guards_to_stop_administering(*state.application, state.administration));
  Decision decision = write(*state.application, {ApplicationDeleted{.reason = reason}});
  decision.guards = std::move(guards);
  return decision;
}

}  // namespace optare
