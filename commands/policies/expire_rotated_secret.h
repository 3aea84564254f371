// When the deadline of a rotated secret has come, say so in the log. Any node may; one commit
// counts.
#pragma once

#include "commands/application/expire_secret.h"

namespace optare {

inline ExpireSecret expire_rotated_secret(ClientId client, SecretId secret) {
  ExpireSecret command;
  command.client = std::move(client);
  command.secret = std::move(secret);
  return command;
}

}  // namespace optare
