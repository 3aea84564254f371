// Ends every token that an application has got so far; its credentials go on.
//
// Asked twice it acts twice: tokens may have been issued in between.
#pragma once

#include "commands/decision.h"

namespace optare {

struct RevokeClientTokens {
  static constexpr std::string_view name = "RevokeClientTokens";
  using State = std::shared_ptr<const Application>;

  ClientId client;
  std::string reason;

  State load(const States& states) const { return states.application(client); }
  // Errors: not_found.
  [[nodiscard]] Result<Decision> decide(const State& application,
                                        const CommandContext& context) const;
  std::string subject() const { return application_stream(client); }
};

}  // namespace optare
