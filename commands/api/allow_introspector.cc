#include "commands/api/allow_introspector.h"

#include <algorithm>

#include "commands/api/living.h"
#include "commands/application/living.h"

namespace optare {

Result<Decision> AllowIntrospector::decide(const State& state, const CommandContext&) const {
  TRY_VOID(require_living(state.api));
  TRY_VOID(require_living(state.application));
  if (std::ranges::binary_search(state.api->introspectors, client)) return Decision{};
  if (state.api->built_in) {
    return reject(Code::conflict,
                  "tokens of the admin API are shown to their own client only");  // contracts.md N
  }
  if (state.api->introspectors.size() >= api_introspectors_max) {
    return reject(Code::unprocessable, "an API has at most " +
                                           std::to_string(api_introspectors_max) +
                                           " introspectors: remove one first");
  }
  Decision decision = write(*state.api, {IntrospectorAllowed{.client_id = client.text()}});
  decision.guards.push_back({application_stream(client), state.application->version});
  return decision;
}

}  // namespace optare
