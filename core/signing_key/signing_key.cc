#include "core/signing_key/signing_key.h"

#include <algorithm>
#include <array>

#include "core/api/api.h"
#include "core/base/overload.h"

namespace optare {
namespace {

constexpr std::string_view stream_prefix = "key/";

struct NamedAlgorithm {
  std::string_view name;
  SigningAlgorithm alg;
};
constexpr std::array algorithms{
    NamedAlgorithm{"ES256", SigningAlgorithm::ES256},
    NamedAlgorithm{"RS256", SigningAlgorithm::RS256},
    NamedAlgorithm{"PS256", SigningAlgorithm::PS256},
    NamedAlgorithm{"EdDSA", SigningAlgorithm::EdDSA},
};

// Keys follow one another by when they begin to sign; of two that begin together, by publication.
bool follows(const SigningKey& later, const SigningKey& earlier) {
  return std::pair(later.activates_at, later.ordinal) >
         std::pair(earlier.activates_at, earlier.ordinal);
}

}  // namespace

Result<SigningKey> evolve(SigningKey state, const SigningKeyEvent& event, const EventMeta& meta) {
  const auto published = [&](const SigningKeyPublished& e) -> Result<void> {
    if (!state.id.empty())
      return reject(Code::internal, std::string(meta.stream) + ": published twice");
    if (!meta.stream.starts_with(stream_prefix)) {
      return reject(Code::internal, std::string(meta.stream) + ": not the stream of a key");
    }
    state.id = KeyId(meta.stream.substr(stream_prefix.size()));
    state.alg = e.alg;
    state.public_key.assign(e.public_key.begin(), e.public_key.end());
    state.published_at = meta.log_time;
    state.activates_at = meta.log_time + duration_of(e.activation_delay_ms);
    state.ordinal = meta.ordinal;
    return {};
  };
  const auto revoked = [&](const SigningKeyRevoked&) -> Result<void> {
    if (state.id.empty())
      return reject(Code::internal, std::string(meta.stream) + ": revoked, never published");
    if (state.revoked_at)
      return reject(Code::internal, std::string(meta.stream) + ": revoked twice");
    state.revoked_at = meta.log_time;
    return {};
  };
  TRY_VOID(std::visit(Overload{published, revoked}, event));
  state.version = meta.version;
  return state;
}

std::string signing_key_stream(const KeyId& id) { return std::string(stream_prefix) + id.text(); }

std::string_view algorithm_name(SigningAlgorithm alg) {
  const auto found = std::ranges::find(algorithms, alg, &NamedAlgorithm::alg);
  return found == algorithms.end() ? "unknown" : found->name;
}

std::optional<SigningAlgorithm> parse_algorithm(std::string_view name) {
  const auto found = std::ranges::find(algorithms, name, &NamedAlgorithm::name);
  return found == algorithms.end() ? std::nullopt : std::optional(found->alg);
}

const SigningKey* signing_key_at(std::span<const SigningKey> keys, Timestamp now) {
  const SigningKey* active = nullptr;
  const SigningKey* pending = nullptr;
  for (const SigningKey& key : keys) {
    if (key.revoked_at) continue;
    if (key.activates_at <= now) {
      if (active == nullptr || follows(key, *active)) active = &key;
    } else if (pending == nullptr || follows(*pending, key)) {
      pending = &key;
    }
  }
  return active != nullptr ? active : pending;
}

std::vector<const SigningKey*> published_keys_at(std::span<const SigningKey> keys, Timestamp now) {
  std::vector<const SigningKey*> published;
  for (const SigningKey& key : keys) {
    if (key.revoked_at) continue;
    const SigningKey* successor = nullptr;
    for (const SigningKey& other : keys) {
      if (other.revoked_at || !follows(other, key)) continue;
      if (successor == nullptr || follows(*successor, other)) successor = &other;
    }
    if (successor == nullptr || now < successor->activates_at + token_lifetime_max)
      published.push_back(&key);
  }
  return published;
}

}  // namespace optare
