// An application may no longer ask whether tokens for an API are active.
#pragma once

#include "commands/decision.h"

namespace optare {

struct RemoveIntrospector {
  static constexpr std::string_view name = "RemoveIntrospector";
  using State = std::shared_ptr<const Api>;

  ApiId api;
  ClientId client;  // may be deleted already

  State load(const States& states) const { return states.api(api); }
  // Errors: not_found, for the API.
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
  std::string subject() const { return api_stream(api); }
};

}  // namespace optare
