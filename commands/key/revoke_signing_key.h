// Ends a key that leaked: its tokens die, and another one signs.
#pragma once

#include "commands/key/new_signing_key.h"

namespace optare {

struct RevokeSigningKey {
  static constexpr std::string_view name = "RevokeSigningKey";
  using State = KeyRing;

  KeyId key;
  std::string reason;
  // Published in the same commit, and signs at once, when no key would be left that verifiers know.
  std::optional<NewSigningKey> replacement;

  State load(const States& states) const { return load_key_ring(states); }
  // Errors: not_found; conflict, when a replacement is needed and none is given.
  [[nodiscard]] Result<Decision> decide(const State& ring, const CommandContext& context) const;
  std::string subject() const { return signing_key_stream(key); }
};

// The key that signs once `key` is gone, if verifiers have been told of it; else a replacement is
// needed.
const SigningKey* heir_of(std::span<const SigningKey> keys, const KeyId& key, Timestamp now);

}  // namespace optare
