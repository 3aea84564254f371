#include "commands/key/new_signing_key.h"

#include <algorithm>

namespace optare {

const SigningKey* KeyRing::find(const KeyId& id) const {
  const auto found = std::ranges::find(*keys, id, &SigningKey::id);
  return found == keys->end() ? nullptr : &*found;
}

KeyRing load_key_ring(const States& states) {
  // The version first: a key that is published after it is read has moved it, and this commit is
  // void.
  const std::uint64_t version = states.stream_version(Partition::control, system_stream);
  return {version, states.signing_keys()};
}

}  // namespace optare
