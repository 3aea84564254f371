// A new secret becomes the current one; the one before it goes on for the overlap (contracts.md P).
#pragma once

#include "commands/application/new_secret.h"
#include "commands/decision.h"

namespace optare {

struct RotateSecret {
  static constexpr std::string_view name = "RotateSecret";
  using State = std::shared_ptr<const Application>;

  ClientId client;
  NewSecret secret;
  Duration overlap = secret_overlap_default;
  std::optional<SecretId> drop;  // ends at once, when two are live

  State load(const States& states) const { return states.application(client); }
  // Errors: not_found; invalid; rotation_under_way; unprocessable; conflict.
  [[nodiscard]] Result<Decision> decide(const State& application,
                                        const CommandContext& context) const;
  std::string subject() const { return application_stream(client); }
};

}  // namespace optare
