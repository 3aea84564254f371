#include "core/openssl/jwk.h"

#include <fmt/format.h>
#include <openssl/core_names.h>

#include "core/base/encoding.h"
#include "core/openssl/ecdsa_signature.h"

namespace optare::openssl {
namespace {

// Base64urlUInt of RFC 7518 section 2; `width` bytes, or as many as the number needs.
std::string number(const EVP_PKEY* key, const char* parameter, int width = 0) {
  BIGNUM* raw = nullptr;
  OPTARE_ASSERT(EVP_PKEY_get_bn_param(key, parameter, &raw) == 1);
  const BigNumber value(raw);
  if (width == 0) width = BN_num_bytes(raw);
  std::string bytes(static_cast<std::size_t>(width), '\0');
  OPTARE_ASSERT(BN_bn2binpad(raw, reinterpret_cast<std::uint8_t*>(bytes.data()), width) == width);
  return base64url(bytes_of(bytes));
}

std::string raw_public_key(const EVP_PKEY* key) {
  std::array<std::uint8_t, 32> bytes{};
  std::size_t length = bytes.size();
  OPTARE_ASSERT(EVP_PKEY_get_raw_public_key(key, bytes.data(), &length) == 1 &&
                length == bytes.size());
  return base64url(bytes);
}

std::string rsa(std::string_view kid, std::string_view alg, const EVP_PKEY* key) {
  return fmt::format(R"({{"kty":"RSA","use":"sig","alg":"{}","kid":"{}","n":"{}","e":"{}"}})", alg,
                     kid, number(key, OSSL_PKEY_PARAM_RSA_N), number(key, OSSL_PKEY_PARAM_RSA_E));
}

}  // namespace

std::string jwk_of(SigningAlgorithm alg, std::string_view kid, const EVP_PKEY* key) {
  switch (alg) {
    case SigningAlgorithm::ES256:  // RFC 7518 section 6.2
      return fmt::format(
          R"({{"kty":"EC","use":"sig","alg":"ES256","kid":"{}","crv":"P-256","x":"{}","y":"{}"}})",
          kid, number(key, OSSL_PKEY_PARAM_EC_PUB_X, p256_integer_bytes),
          number(key, OSSL_PKEY_PARAM_EC_PUB_Y, p256_integer_bytes));
    case SigningAlgorithm::RS256:
      return rsa(kid, "RS256", key);  // RFC 7518 section 6.3
    case SigningAlgorithm::PS256:
      return rsa(kid, "PS256", key);
    case SigningAlgorithm::EdDSA:  // RFC 8037 section 2
      return fmt::format(
          R"({{"kty":"OKP","use":"sig","alg":"EdDSA","kid":"{}","crv":"Ed25519","x":"{}"}})", kid,
          raw_public_key(key));
  }
  OPTARE_ASSERT(false);
}

}  // namespace optare::openssl
