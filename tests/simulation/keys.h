// The one key pair that signs in every simulation: making one is slow, and its bytes decide
// nothing.
#pragma once

#include "core/oauth/access_token.h"
#include "core/ports/signer.h"

namespace optare::simulation {

struct SimulationKey {
  std::string public_key;
  std::shared_ptr<const Signer> signer;
  std::shared_ptr<const Verifier> verifier;
};
const SimulationKey& signing_key();

}  // namespace optare::simulation
