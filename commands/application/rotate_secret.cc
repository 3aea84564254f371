#include "commands/application/rotate_secret.h"

#include <algorithm>

#include "commands/application/living.h"
#include "core/base/assert.h"

namespace optare {
namespace {

// Whether the secret to drop fits the live ones: two need one, a single one admits none.
Result<void> require_room(const std::vector<const ClientSecret*>& live,
                          const std::optional<SecretId>& drop) {
  const bool full = live.size() >= live_secrets_max;
  if (!drop && full) {
    return reject(Code::rotation_under_way,
                  "two secrets are live until " + rfc3339(*live.front()->expires_at) +
                      ": name the one to end now as drop_secret_id, or wait");
  }
  if (!drop) return {};
  if (!full) {
    return reject(Code::unprocessable,
                  "only one secret is live, so none can be dropped: leave drop_secret_id out",
                  "/drop_secret_id");
  }
  if (std::ranges::find(live, *drop, &ClientSecret::id) == live.end()) {
    return reject(Code::unprocessable, "drop_secret_id names none of the two live secrets",
                  "/drop_secret_id");
  }
  return {};
}

}  // namespace

Result<Decision> RotateSecret::decide(const State& state, const CommandContext& context) const {
  OPTARE_ASSERT(secret.digest.size() == 32);
  const auto& application = state.application;
  TRY_VOID(require_living(application));
  TRY_VOID(require_scopes_of(*application, state.admin_api, actor_scopes));
  if (overlap < Duration::zero() || overlap > secret_overlap_max) {
    return reject(Code::invalid, "an overlap is 0 to 604800 seconds", "/overlap_seconds");
  }
  if (application->secret(secret.id) != nullptr)
    return reject(Code::conflict, "a secret with this id exists");

  std::vector<Event> events;
  std::vector<const ClientSecret*> live;
  for (const ClientSecret& old : application->secrets) {
    if (old.live(context.now))
      live.push_back(&old);
    else
      events.push_back(
          SecretExpired{.secret_id = old.id.text()});  // Due, and nobody has said so yet.
  }
  TRY_VOID(require_room(live, drop));
  events.push_back(SecretRotated{.secret_id = secret.id.text(),
                                 .secret_digest = secret.digest_bytes(),
                                 .overlap_ms = static_cast<std::uint64_t>(overlap.count()),
                                 .dropped_secret_id = drop ? drop->text() : std::string()});
  return write(*application, std::move(events));
}

}  // namespace optare
