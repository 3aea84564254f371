#include "commands/application/update_client.h"

#include "commands/application/living.h"
#include "core/application/name.h"

namespace optare {

Result<Decision> UpdateClient::decide(const State& application, const CommandContext&) const {
  TRY_VOID(require_living(application));
  if (!display_name) return Decision{};
  TRY_VOID(validate_name(*display_name));
  if (*display_name == application->name) return Decision{};
  return write(*application, {ClientRenamed{.name = *display_name}});
}

}  // namespace optare
