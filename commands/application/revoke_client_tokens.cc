#include "commands/application/revoke_client_tokens.h"

#include "commands/application/living.h"

namespace optare {

Result<Decision> RevokeClientTokens::decide(const State& application, const CommandContext&) const {
  TRY_VOID(require_living(application));
  return write(*application, {ClientTokensRevoked{.reason = reason}});
}

}  // namespace optare
