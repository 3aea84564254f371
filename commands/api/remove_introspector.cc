#include "commands/api/remove_introspector.h"

#include <algorithm>

#include "commands/api/living.h"

namespace optare {

Result<Decision> RemoveIntrospector::decide(const State& state, const CommandContext&) const {
  TRY_VOID(require_living(state));
  if (!std::ranges::binary_search(state->introspectors, client)) return Decision{};
  return write(*state, {IntrospectorRemoved{.client_id = client.text()}});
}

}  // namespace optare
