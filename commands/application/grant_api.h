// Says what an application may ask of an API: the whole grant as it is from now on.
#pragma once

#include "commands/application/administrators.h"
#include "commands/application/grant_rules.h"

namespace optare {

struct GrantApi {
  static constexpr std::string_view name = "GrantApi";
  struct State {
    std::shared_ptr<const Application> application;
    std::shared_ptr<const Api> api;
    Administration administration;
  };

  ClientId client;
  ApiId api;
  std::vector<std::string> scopes;
  ActorScopes actor_scopes;

  State load(const States& states) const;
  // Errors: not_found; unprocessable; insufficient_scope; last_administrator.
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
  std::string subject() const { return application_stream(client); }
};

}  // namespace optare
