// Publishes a key that will sign once every cache of the key set has had time to fetch it.
#pragma once

#include "commands/key/new_signing_key.h"

namespace optare {

struct RotateSigningKey {
  static constexpr std::string_view name = "RotateSigningKey";
  using State = KeyRing;

  NewSigningKey key;

  State load(const States& states) const { return load_key_ring(states); }
  // Errors: conflict.
  [[nodiscard]] Result<Decision> decide(const State& ring, const CommandContext& context) const;
  std::string subject() const { return signing_key_stream(key.id); }
};

}  // namespace optare
