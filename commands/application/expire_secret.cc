#include "commands/application/expire_secret.h"

#include "commands/application/living.h"

namespace optare {

Result<Decision> ExpireSecret::decide(const State& application,
                                      const CommandContext& context) const {
  if (!application) return Decision{};
  const ClientSecret* old = application->secret(secret);
  if (old == nullptr || old->live(context.now)) return Decision{};
  return write(*application, {SecretExpired{.secret_id = secret.text()}});
}

}  // namespace optare
