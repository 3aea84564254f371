#include "core/oauth/token_reader.h"

namespace optare {

std::expected<std::shared_ptr<const VerifiedToken>, TokenRefusal> TokenReader::read(
    std::string_view token) {
  if (token.size() > token_bytes_max) return std::unexpected(TokenRefusal::too_large);
  const TokenCache::Digest digest = TokenCache::digest_of(token);
  if (auto known = cache_.find(digest)) return known;
  auto verified = token.starts_with(opaque_token_prefix) ? opaque_.open(token) : jwt_.verify(token);
  if (!verified) return std::unexpected(verified.error());
  auto shared = std::make_shared<const VerifiedToken>(std::move(*verified));
  cache_.add(digest, shared);
  return shared;
}

}  // namespace optare
