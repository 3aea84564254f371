#include "commands/application/revoke_secret.h"

#include "commands/application/living.h"

namespace optare {

Result<Decision> RevokeSecret::decide(const State& application,
                                      const CommandContext& context) const {
  TRY_VOID(require_living(application));
  const ClientSecret* old = application->secret(secret);
  if (old == nullptr) {
    return reject(
        Code::not_found,
        "the application has no such secret: GET /api/v1/applications/{client_id} lists those "
        "it has");
  }
  if (!old->expires_at) {
    return reject(Code::conflict,
                  "this is the newest secret, and ending it would lock the application out: rotate "
                  "first, naming it as "
                  "drop_secret_id if a rotation is under way");
  }
  // The audit says what really ended it.
  if (!old->live(context.now))
    return write(*application, {SecretExpired{.secret_id = secret.text()}});
  return write(*application, {SecretRevoked{.secret_id = secret.text()}});
}

}  // namespace optare
