#include "commands/key/rotate_signing_key.h"

namespace optare {

Result<Decision> RotateSigningKey::decide(const State& ring, const CommandContext& context) const {
  if (ring.find(key.id) != nullptr) return reject(Code::conflict, "a key with this id exists");
  if (published_keys_at(*ring.keys, context.now).size() >= published_keys_max) {
    return reject(
        Code::conflict,
        "the key set holds " + std::to_string(published_keys_max) +
            " keys, which is the most: wait until tokens of the older ones have ended, or "
            "revoke one");
  }
  Decision decision;
  decision.changes.push_back(publish(key, key_activation_delay));
  decision.changes.push_back(claim(std::string(system_stream), ring.system_version));
  return decision;
}

}  // namespace optare
