// A key that signs access tokens: its public part and its life. The private part lives in the
// vault.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.h"
#include "core/base/time.h"
#include "core/events.h"

namespace optare {

// A new key signs only after every cache of the key set has had time to fetch it (contracts.md H).
constexpr Duration jwks_max_age = std::chrono::seconds(300);
constexpr Duration key_activation_delay = jwks_max_age + std::chrono::seconds(60);

struct SigningKey {
  KeyId id;
  std::uint64_t version = 0;
  SigningAlgorithm alg = SigningAlgorithm::ES256;
  std::string public_key;  // SubjectPublicKeyInfo, DER
  Timestamp published_at;
  Timestamp activates_at;
  std::optional<Timestamp> revoked_at;
  std::uint64_t ordinal = 0;  // of its publication

  bool operator==(const SigningKey&) const = default;
  template <class Archive>
  void fields(Archive& a) {
    a(id, version, alg, public_key, published_at, activates_at, revoked_at, ordinal);
  }
};

[[nodiscard]] Result<SigningKey> evolve(SigningKey state, const SigningKeyEvent& event,
                                        const EventMeta& meta);

std::string signing_key_stream(const KeyId& id);        // "key/<kid>"
std::string_view algorithm_name(SigningAlgorithm alg);  // "ES256", ...
std::optional<SigningAlgorithm> parse_algorithm(std::string_view name);

// The key that signs now: of the unrevoked, the one that activated last; when none has, the one
// that will first (its predecessor was revoked). Null when there is none.
const SigningKey* signing_key_at(std::span<const SigningKey> keys, Timestamp now);
// Keys to publish: unrevoked, and still able to have living tokens (until its successor's
// activation plus the longest token life).
std::vector<const SigningKey*> published_keys_at(std::span<const SigningKey> keys, Timestamp now);

}  // namespace optare
