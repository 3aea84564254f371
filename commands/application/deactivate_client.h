// An application that may not do anything until it is activated again. Its tokens end for good.
#pragma once

#include "commands/application/administrators.h"

namespace optare {

struct DeactivateClient {
  static constexpr std::string_view name = "DeactivateClient";
  struct State {
    std::shared_ptr<const Application> application;
    Administration administration;
  };

  ClientId client;
  std::string reason;

  State load(const States& states) const;
  // Errors: not_found; last_administrator.
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
  std::string subject() const { return application_stream(client); }
};

}  // namespace optare
