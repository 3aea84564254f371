// A new application that may do everything, for whoever lost the credentials of the others. Asked
// by the operator at the machine: no scope of an actor bounds it.
#pragma once

#include "commands/application/create_client.h"

namespace optare {

struct BootstrapAdmin {
  static constexpr std::string_view name = "BootstrapAdmin";
  struct State {
    std::shared_ptr<const Application> application;
    std::shared_ptr<const Api> admin_api;
  };

  ClientId client;
  NewSecret secret;

  State load(const States& states) const {
    return {states.application(client), states.built_in_api()};
  }
  // Errors: not_found, before genesis; conflict.
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
  std::string subject() const { return application_stream(client); }
};

}  // namespace optare
