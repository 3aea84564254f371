// Commands that only make something, as short as a test wants them.
#pragma once

#include "commands/application/create_client.h"

namespace optare {

inline CreateClient create(const std::string& id, const std::string& name = "Cron") {
  CreateClient command;
  command.client = ClientId(id);
  command.display_name = name;
  command.secret = {SecretId("sec_1"), std::string(32, 'd')};
  return command;
}

}  // namespace optare
