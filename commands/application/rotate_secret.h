// A new secret becomes the current one; the one before it goes on for the overlap (contracts.md P).
#pragma once

#include "commands/application/grant_rules.h"
#include "commands/application/new_secret.h"
#include "commands/decision.h"

namespace optare {

struct RotateSecret {
  static constexpr std::string_view name = "RotateSecret";
  struct State {
    // Without the admin API: nobody's scopes of it are looked at.
    State(std::shared_ptr<const Application> rotated, std::shared_ptr<const Api> built_in = nullptr)
        : application(std::move(rotated)), admin_api(std::move(built_in)) {}
    std::shared_ptr<const Application> application;
    std::shared_ptr<const Api> admin_api;
  };

  ClientId client;
  NewSecret secret;
  Duration overlap = secret_overlap_default;
  std::optional<SecretId> drop;  // ends at once, when two are live
  // Whoever rotates learns the secret, and can do what the application can: he needs its scopes of
  // the admin API himself.
  ActorScopes actor_scopes = std::nullopt;

  State load(const States& states) const {
    return {states.application(client), states.built_in_api()};
  }
  // Errors: not_found; insufficient_scope; invalid; rotation_under_way; unprocessable; conflict.
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
  std::string subject() const { return application_stream(client); }
};

}  // namespace optare
