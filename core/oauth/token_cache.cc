#include "core/oauth/token_cache.h"

#include <cstring>

#include "core/ports/crypto.h"

namespace optare {
namespace {

// The nodes of the map and the control block of the pointer, roughly.
constexpr std::size_t entry_overhead_bytes = 128;

std::size_t bytes_of_entry(const VerifiedToken& token) {
  const AccessTokenClaims& claims = token.claims();
  return entry_overhead_bytes + sizeof(VerifiedToken) + claims.issuer.capacity() +
         claims.client_id.text().capacity() + claims.audience.capacity() +
         claims.jti.text().capacity() + claims.scope.capacity() + token.kid().text().capacity();
}

}  // namespace

TokenCache::TokenCache(std::size_t bytes_max)
    : generation_bytes_max_(bytes_max / token_cache_shards / 2) {}

TokenCache::Digest TokenCache::digest_of(std::string_view token) { return sha256(token); }

std::size_t TokenCache::DigestHash::operator()(const Digest& digest) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);  // Its bytes are as random as any hash's.
  return hash;
}

std::shared_ptr<const VerifiedToken> TokenCache::find(const Digest& digest) {
  Shard& shard = shard_of(digest);
  const std::scoped_lock lock(shard.mutex);
  if (const auto young = shard.young.find(digest); young != shard.young.end()) return young->second;
  const auto old = shard.old.find(digest);
  if (old == shard.old.end()) return nullptr;
  auto token = old->second;
  shard.old_bytes -= bytes_of_entry(*token);
  shard.old.erase(old);
  insert(shard, digest, token);
  return token;
}

void TokenCache::add(const Digest& digest, std::shared_ptr<const VerifiedToken> token) {
  Shard& shard = shard_of(digest);
  const std::scoped_lock lock(shard.mutex);
  insert(shard, digest, std::move(token));
}

void TokenCache::insert(Shard& shard, const Digest& digest,
                        std::shared_ptr<const VerifiedToken> token) {
  const std::size_t bytes = bytes_of_entry(*token);
  if (bytes > generation_bytes_max_) return;
  if (shard.young_bytes + bytes > generation_bytes_max_) {
    shard.old = std::exchange(shard.young, {});
    shard.old_bytes = std::exchange(shard.young_bytes, 0);
  }
  if (shard.young.emplace(digest, std::move(token)).second) shard.young_bytes += bytes;
}

std::size_t TokenCache::bytes() const {
  std::size_t sum = 0;
  for (const Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    sum += shard.young_bytes + shard.old_bytes;
  }
  return sum;
}

}  // namespace optare
