// From the text of an access token, of either format, to a verified token.
#pragma once

#include <expected>
#include <memory>
#include <string_view>

#include "core/oauth/access_token.h"
#include "core/oauth/opaque_token.h"
#include "core/oauth/token_cache.h"

namespace optare {

// Thread-safe. Verification only: ask core/oauth/liveness.h before honouring what it gives.
class TokenReader {
 public:
  // `opaque` must outlive it.
  TokenReader(std::string issuer, JwtKeyLookup keys, const OpaqueTokens& opaque,
              std::size_t cache_bytes_max = token_cache_bytes_default)
      : jwt_(std::move(issuer), std::move(keys)), opaque_(opaque), cache_(cache_bytes_max) {}

  std::expected<std::shared_ptr<const VerifiedToken>, TokenRefusal> read(std::string_view token);

 private:
  JwtVerification jwt_;
  const OpaqueTokens& opaque_;
  TokenCache cache_;
};

}  // namespace optare
