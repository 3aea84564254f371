// Takes from an application what it may ask of an API; its tokens for that API end.
#pragma once

#include "commands/application/administrators.h"

namespace optare {

struct RevokeApiGrant {
  static constexpr std::string_view name = "RevokeApiGrant";
  struct State {
    std::shared_ptr<const Application> application;
    Administration administration;
  };

  ClientId client;
  ApiId api;  // may be deleted already

  State load(const States& states) const;
  // Errors: not_found; last_administrator.
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
  std::string subject() const { return application_stream(client); }
};

}  // namespace optare
