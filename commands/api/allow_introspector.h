// Lets an application ask whether tokens for an API are active.
#pragma once

#include "commands/decision.h"

namespace optare {

struct AllowIntrospector {
  static constexpr std::string_view name = "AllowIntrospector";
  struct State {
    std::shared_ptr<const Api> api;
    std::shared_ptr<const Application> application;
  };

  ApiId api;
  ClientId client;

  State load(const States& states) const { return {states.api(api), states.application(client)}; }
  // Errors: not_found; unprocessable; conflict, for the admin API.
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
  std::string subject() const { return api_stream(api); }
};

}  // namespace optare
