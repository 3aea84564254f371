// Access tokens as JWTs: no text that we did not sign is ever taken, and none crashes the reader.
// The stand-in for the signature takes everything, so that the claims behind it are reached too.
#include "core/base/assert.h"
#include "core/base/encoding.h"
#include "core/oauth/access_token.h"

using namespace optare;

namespace {
struct TakesAnything final : Verifier {
  bool verify(std::string_view, std::string_view) const override { return true; }
};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const JwtVerification verification("https://issuer.example", [](const KeyId& kid) {
    return kid.text() == "key_1"
               ? std::optional(JwtKey{SigningAlgorithm::ES256, std::make_shared<TakesAnything>()})
               : std::nullopt;
  });
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto token = verification.verify(text);
  if (token) {
    const AccessTokenClaims& claims = token->claims();
    OPTARE_ASSERT(size <= token_bytes_max && claims.issuer == "https://issuer.example");
    OPTARE_ASSERT(claims.issued_at < claims.expires_at && is_id_text(claims.jti.text()));
  }
  // The claims by themselves: what is read is what would be written.
  if (const auto claims = read_claims_json(text)) {
    std::string json;
    append_claims_json(json, *claims);
    OPTARE_ASSERT(json.size() == size && read_claims_json(json) == claims);
  }
  return 0;
}
