#include "core/oauth/opaque_token.h"

#include "core/base/assert.h"
#include "core/base/encoding.h"
#include "core/ports/crypto.h"

namespace optare {
namespace {

constexpr std::size_t key_id_bytes = 4;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t header_bytes = key_id_bytes + salt_bytes + nonce_bytes;

}  // namespace

// One salt, and how often it was used.
struct OpaqueTokens::Epoch {
  std::string key_id_and_salt;
  std::shared_ptr<const Secret> key;
  std::atomic<std::uint64_t> uses{0};
};

OpaqueTokens::OpaqueTokens(std::span<const FleetKey> keys, std::uint32_t current,
                           std::string issuer, Random& random, std::uint64_t uses_per_salt)
    : current_(current),
      issuer_(std::move(issuer)),
      random_(random),
      uses_per_salt_(uses_per_salt),
      epoch_(nullptr) {
  OPTARE_ASSERT(uses_per_salt > 0 && uses_per_salt <= opaque_salt_uses_max);
  for (const FleetKey& key : keys)
    keys_.emplace(key.id, FleetKey{key.id, Secret(std::string(key.secret.reveal()))});
  OPTARE_ASSERT(keys_.contains(current_));
  epoch_ = start_epoch();
}

OpaqueTokens::~OpaqueTokens() = default;

OpaqueTokens::Epoch* OpaqueTokens::start_epoch() {
  auto epoch = std::make_unique<Epoch>();
  append_u32(epoch->key_id_and_salt, current_);
  epoch->key_id_and_salt += text_of(random_.bytes<salt_bytes>());
  epoch->key = key_for(epoch->key_id_and_salt);
  remember(epoch->key_id_and_salt, epoch->key);
  return epochs_.emplace_back(std::move(epoch)).get();
}

std::string OpaqueTokens::seal(const AccessTokenClaims& claims) {
  Epoch* epoch = epoch_.load(std::memory_order_acquire);
  std::uint64_t use = epoch->uses.fetch_add(1, std::memory_order_relaxed);
  while (use >= uses_per_salt_) {
    const std::scoped_lock lock(starting_);
    if (epoch == epoch_.load(std::memory_order_relaxed))
      epoch_.store(start_epoch(), std::memory_order_release);
    epoch = epoch_.load(std::memory_order_relaxed);
    use = epoch->uses.fetch_add(1, std::memory_order_relaxed);
  }

  std::string json;
  append_claims_json(json, claims);
  std::string nonce(nonce_bytes - sizeof use, '\0');
  append_u64(nonce, use);
  const std::string bytes =
      epoch->key_id_and_salt + nonce + optare::seal(*epoch->key, nonce, json, issuer_);
  std::string token(opaque_token_prefix);
  append_base64url(token, bytes_of(bytes));
  return token;
}

Verification OpaqueTokens::open(std::string_view token) const {
  if (token.size() > token_bytes_max) return std::unexpected(TokenRefusal::too_large);
  if (!token.starts_with(opaque_token_prefix)) return std::unexpected(TokenRefusal::malformed);
  const auto bytes = from_base64url(token.substr(opaque_token_prefix.size()));
  if (!bytes || bytes->size() <= header_bytes + tag_bytes)
    return std::unexpected(TokenRefusal::malformed);

  const std::string_view all = *bytes;
  const std::string_view key_id_and_salt = all.substr(0, key_id_bytes + salt_bytes);
  const std::string_view nonce = all.substr(key_id_and_salt.size(), nonce_bytes);
  const std::shared_ptr<const Secret> key = key_for(key_id_and_salt);
  if (!key) return std::unexpected(TokenRefusal::unknown_key);
  const auto json = unseal(*key, nonce, all.substr(header_bytes), issuer_);
  if (!json) return std::unexpected(TokenRefusal::signature);
  remember(key_id_and_salt, key);

  auto claims = read_claims_json(*json);
  if (!claims) return std::unexpected(TokenRefusal::claims);
  if (claims->issuer != issuer_) return std::unexpected(TokenRefusal::issuer);
  return VerifiedToken(std::move(*claims), TokenFormat::opaque, KeyId(), read_u32(all));
}

std::shared_ptr<const Secret> OpaqueTokens::key_for(std::string_view key_id_and_salt) const {
  {
    const std::shared_lock lock(remembering_);
    const auto found = remembered_.find(std::string(key_id_and_salt));
    if (found != remembered_.end()) return found->second;
  }
  const auto fleet_key = keys_.find(read_u32(key_id_and_salt));
  if (fleet_key == keys_.end()) return nullptr;
  return std::make_shared<const Secret>(
      fleet_key->second.derive(label_opaque_token, key_id_and_salt.substr(key_id_bytes)));
}

// Only after a seal proved right (or for our own salt): invented salts must not push out real ones.
void OpaqueTokens::remember(std::string_view key_id_and_salt,
                            std::shared_ptr<const Secret> key) const {
  std::string name(key_id_and_salt);
  {
    const std::shared_lock lock(remembering_);
    if (remembered_.contains(name)) return;
  }
  const std::scoped_lock lock(remembering_);
  if (!remembered_.emplace(name, std::move(key)).second) return;
  remembered_order_.push_back(std::move(name));
  if (remembered_order_.size() <= foreign_salts_max) return;
  remembered_.erase(remembered_order_.front());
  remembered_order_.pop_front();
}

}  // namespace optare
