#include "commands/api/delete_api.h"

#include "commands/api/living.h"

namespace optare {

DeleteApi::State DeleteApi::load(const States& states) const {
  State state{states.api(api), 0};
  if (state.api) {
    state.identifier_version =
        states.stream_version(Partition::control, api_identifier_stream(state.api->identifier));
  }
  return state;
}

Result<Decision> DeleteApi::decide(const State& state, const CommandContext&) const {
  TRY_VOID(require_living(state.api));
  if (state.api->built_in) return reject(Code::conflict, "the admin API cannot be deleted");
  Decision decision = write(*state.api, {ApiDeleted{.reason = reason}});
  decision.changes.push_back(
      claim(api_identifier_stream(state.api->identifier), state.identifier_version));
  return decision;
}

}  // namespace optare
