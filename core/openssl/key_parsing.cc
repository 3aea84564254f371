#include "core/openssl/key_parsing.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include "core/base/encoding.h"
#include "core/openssl/signing_keys.h"

namespace optare::openssl {
namespace {

using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeWith<PKCS8_PRIV_KEY_INFO_free>>;

bool is_p256(const EVP_PKEY* key) {
  char group[32];
  std::size_t length = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
         std::string_view(group, length) == "prime256v1";
}

bool is_rsa_within_limits(const EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  return EVP_PKEY_is_a(key, "RSA") == 1 && bits >= rsa_bits_min && bits <= rsa_bits_max;
}

Result<Key> fitting(SigningAlgorithm alg, Key key) {
  switch (alg) {
    case SigningAlgorithm::ES256:
      if (is_p256(key.get())) return key;
      return reject(Code::internal, "not a P-256 key, which ES256 needs");
    case SigningAlgorithm::RS256:
    case SigningAlgorithm::PS256:
      if (is_rsa_within_limits(key.get())) return key;
      return reject(Code::internal,
                    "not an RSA key of 2048 to 4096 bits, which RS256 and PS256 need");
    case SigningAlgorithm::EdDSA:
      if (EVP_PKEY_is_a(key.get(), "ED25519") == 1) return key;
      return reject(Code::internal, "not an Ed25519 key, which EdDSA needs");
  }
  return reject(Code::internal, "an unknown signing algorithm");
}

}  // namespace

Result<Key> parse_private_key(SigningAlgorithm alg, const Secret& der) {
  const Bytes bytes = bytes_of(der.reveal());
  const std::uint8_t* end = bytes.data();
  const Pkcs8 pkcs8(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &end, static_cast<long>(bytes.size())));
  Key key(pkcs8 && end == bytes.data() + bytes.size() ? EVP_PKCS82PKEY(pkcs8.get()) : nullptr);
  ERR_clear_error();
  if (!key) return reject(Code::internal, "a private signing key is not PKCS#8 DER");
  return fitting(alg, std::move(key));
}

Result<Key> parse_public_key(SigningAlgorithm alg, std::string_view der) {
  const Bytes bytes = bytes_of(der);
  const std::uint8_t* end = bytes.data();
  Key key(d2i_PUBKEY(nullptr, &end, static_cast<long>(bytes.size())));
  ERR_clear_error();
  if (!key || end != bytes.data() + bytes.size())
    return reject(Code::internal, "a public signing key is not SubjectPublicKeyInfo DER");
  return fitting(alg, std::move(key));
}

}  // namespace optare::openssl
