// The first commit of a log, with everything that must be there from the start (contracts.md I).
#pragma once

#include "commands/application/new_secret.h"
#include "commands/key/new_signing_key.h"

namespace optare {

constexpr std::string_view administrator_name = "Administrator";

struct Genesis {
  static constexpr std::string_view name = "Genesis";

  LogId log_id{};
  std::string issuer;
  std::uint32_t fleet_key_id = 0;
  NewSigningKey key;  // signs at once
  ApiId admin_api;
  ClientId administrator;  // may do everything
  NewSecret secret;
};

// Writes every stream at version 0, so that it can be admitted once, and only into an empty log.
Decision decide_genesis(const Genesis& genesis);

}  // namespace optare
