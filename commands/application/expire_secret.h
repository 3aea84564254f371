// Records that a secret's deadline has passed. For the audit: authentication looks at the deadline
// itself.
#pragma once

#include "commands/decision.h"

namespace optare {

struct ExpireSecret {
  static constexpr std::string_view name = "ExpireSecret";
  using State = std::shared_ptr<const Application>;

  ClientId client;
  SecretId secret;

  State load(const States& states) const { return states.application(client); }
  // Never refuses: not due yet, or gone already, is nothing to do.
  [[nodiscard]] Result<Decision> decide(const State& application,
                                        const CommandContext& context) const;
  std::string subject() const { return application_stream(client); }
};

}  // namespace optare
