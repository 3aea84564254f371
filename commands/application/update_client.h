// Changes what an application is called.
#pragma once

#include "commands/decision.h"

namespace optare {

struct UpdateClient {
  static constexpr std::string_view name = "UpdateClient";
  using State = std::shared_ptr<const Application>;

  ClientId client;
  std::optional<std::string> display_name;  // none: stays

  State load(const States& states) const { return states.application(client); }
  // Errors: not_found; invalid.
  [[nodiscard]] Result<Decision> decide(const State& application,
                                        const CommandContext& context) const;
  std::string subject() const { return application_stream(client); }
};

}  // namespace optare
