#include "commands/token/revoke_token.h"

namespace optare {

Result<Decision> RevokeToken::decide(const State& revocation, const CommandContext& context) const {
  if (revocation || expires_at <= context.now) return Decision{};
  Decision decision = write(
      subject(), 0,
      {TokenRevoked{.client_id = client.text(), .token_expires_at = milliseconds_of(expires_at)}});
  decision.partition = Partition::tokens_00;
  return decision;
}

}  // namespace optare
