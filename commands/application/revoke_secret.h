// Ends an old secret before its deadline.
#pragma once

#include "commands/decision.h"

namespace optare {

struct RevokeSecret {
  static constexpr std::string_view name = "RevokeSecret";
  using State = std::shared_ptr<const Application>;

  ClientId client;
  SecretId secret;

  State load(const States& states) const { return states.application(client); }
  // Errors: not_found; conflict, for the newest.
  [[nodiscard]] Result<Decision> decide(const State& application,
                                        const CommandContext& context) const;
  std::string subject() const { return application_stream(client); }
};

}  // namespace optare
