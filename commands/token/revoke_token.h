// Ends one access token before its time (RFC 7009). The caller has verified it and that it is his.
#pragma once

#include "commands/decision.h"

namespace optare {

struct RevokeToken {
  static constexpr std::string_view name = "RevokeToken";
  using State = std::optional<Revocation>;

  TokenId jti;
  ClientId client;
  Timestamp expires_at;

  State load(const States& states) const { return states.revocation(jti); }
  // Never refuses: a token that has ended needs no revocation.
  [[nodiscard]] Result<Decision> decide(const State& revocation,
                                        const CommandContext& context) const;
  std::string subject() const { return revocation_stream(jti); }
};

}  // namespace optare
