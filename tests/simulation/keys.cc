#include "tests/simulation/keys.h"

#include "core/openssl/signing_keys.h"

namespace optare::simulation {

const SimulationKey& signing_key() {
  static const SimulationKey key = [] {
    const OpensslSigningKeys keys;
    const NewKeyPair pair = keys.generate(SigningAlgorithm::ES256);
    return SimulationKey{pair.public_key,
                         keys.signer(SigningAlgorithm::ES256, pair.private_key).value(),
                         keys.verifier(SigningAlgorithm::ES256, pair.public_key).value()};
  }();
  return key;
}

}  // namespace optare::simulation
