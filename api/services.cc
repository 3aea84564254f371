#include "api/services.h"

namespace optare {

Services::Services(Foundation foundation)
    : Foundation(std::move(foundation)),
      cursors(fleet_key),
      opaque(std::span(&fleet_key, 1), fleet_key.id, issuer, random),
      verification_keys(states, signing_keys),
      tokens(
          issuer, [this](const KeyId& kid) { return verification_keys.find(kid); }, opaque),
      signers(vault, signing_keys),
      key_set(signing_keys),
      throttle(throttle_limits) {}

}  // namespace optare
