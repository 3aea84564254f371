#include "commands/application/activate_client.h"

#include "commands/application/living.h"

namespace optare {

Result<Decision> ActivateClient::decide(const State& application, const CommandContext&) const {
  TRY_VOID(require_living(application));
  if (application->standing == Standing::active) return Decision{};
  return write(*application, {ClientActivated{.reason = reason}});
}

}  // namespace optare
