#include "core/oauth/token_reader.h"

namespace optare {

std::expected<std::shared_ptr<const VerifiedToken>, TokenRefusal> TokenReader::read(
    std::string_view token) {
  if (token.size() > token_bytes_max) return std::unexpected(TokenRefusal::too_large);
  if (token.starts_with(opaque_token_prefix)) {
    // To open it costs what a look into the cache does, and it takes no room from a JWT there.
    auto opened = opaque_.open(token);
    if (!opened) return std::unexpected(opened.error());
    return std::make_shared<const VerifiedToken>(std::move(*opened));
  }
  const TokenCache::Digest digest = TokenCache::digest_of(token);
  if (auto known = cache_.find(digest)) return known;
  auto verified = jwt_.verify(token);
  if (!verified) return std::unexpected(verified.error());
  auto shared = std::make_shared<const VerifiedToken>(std::move(*verified));
  cache_.add(digest, shared);
  return shared;
}

}  // namespace optare
