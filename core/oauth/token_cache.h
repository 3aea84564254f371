// Tokens that were verified before: a token seen again costs one digest and one look-up instead of
// a signature. Only verification is remembered - it is true for ever - and never liveness.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "core/oauth/verified_token.h"

namespace optare {

constexpr std::size_t token_cache_bytes_default = 4 * 1024 * 1024;
constexpr std::size_t token_cache_shards = 16;

// Thread-safe. Bounded by (estimated) bytes: each shard keeps two generations; when the young one
// is full it becomes the old one, and what nobody asked for meanwhile is forgotten.
class TokenCache {
 public:
  explicit TokenCache(std::size_t bytes_max = token_cache_bytes_default);

  // The digest under which a token is known.
  using Digest = std::array<std::uint8_t, 32>;
  static Digest digest_of(std::string_view token);

  std::shared_ptr<const VerifiedToken> find(const Digest& digest);
  void add(const Digest& digest, std::shared_ptr<const VerifiedToken> token);

  std::size_t bytes() const;  // held now, estimated

 private:
  struct DigestHash {
    std::size_t operator()(const Digest& digest) const noexcept;
  };
  using Generation = std::unordered_map<Digest, std::shared_ptr<const VerifiedToken>, DigestHash>;
  struct Shard {
    mutable std::mutex mutex;
    Generation young, old;
    std::size_t young_bytes = 0, old_bytes = 0;
  };
  Shard& shard_of(const Digest& digest) { return shards_[digest[31] % shards_.size()]; }
  void insert(Shard& shard, const Digest& digest, std::shared_ptr<const VerifiedToken> token);

  std::size_t generation_bytes_max_;
  std::array<Shard, token_cache_shards> shards_;
};

}  // namespace optare
