// Lets a deactivated application act again. Tokens from before stay dead.
#pragma once

#include "commands/decision.h"

namespace optare {

struct ActivateClient {
  static constexpr std::string_view name = "ActivateClient";
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
