// Ends an application: no token of it lives on and its credentials open nothing, from this commit
// on.
#pragma once

#include "commands/application/administrators.h"

namespace optare {

struct DeleteApplication {
  static constexpr std::string_view name = "DeleteApplication";
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
