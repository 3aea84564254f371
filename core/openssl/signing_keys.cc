#include "core/openssl/signing_keys.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "core/base/encoding.h"
#include "core/base/id.h"
#include "core/openssl/ecdsa_signature.h"
#include "core/openssl/jwk.h"
#include "core/openssl/key_parsing.h"
#include "core/openssl/pool.h"
#include "core/ports/crypto.h"

namespace optare {
namespace {

using openssl::Key;
using openssl::KeyContext;
using openssl::Pool;

constexpr std::size_t signature_bytes_max = rsa_bits_max / 8;
constexpr std::size_t ed25519_signature_bytes = 64;  // RFC 8032 section 5.1.6

enum class Use : std::uint8_t { sign, verify };

// RFC 7518 sections 3.3 (PKCS#1 v1.5) and 3.5 (PSS, MGF1 with SHA-256, salt as long as the digest).
void set_up(SigningAlgorithm alg, EVP_PKEY_CTX* context) {
  OPTARE_ASSERT(EVP_PKEY_CTX_set_signature_md(context, openssl::sha256_algorithm()) == 1);
  if (alg == SigningAlgorithm::RS256)
    OPTARE_ASSERT(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1);
  if (alg == SigningAlgorithm::PS256) {
    OPTARE_ASSERT(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1);
    OPTARE_ASSERT(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
    OPTARE_ASSERT(EVP_PKEY_CTX_set_rsa_mgf1_md(context, openssl::sha256_algorithm()) == 1);
  }
}

std::unique_ptr<EVP_PKEY_CTX, openssl::FreeWith<EVP_PKEY_CTX_free>> ready_context(
    SigningAlgorithm alg, EVP_PKEY* key, Use use) {
  KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  OPTARE_ASSERT(context);
  OPTARE_ASSERT((use == Use::sign ? EVP_PKEY_sign_init(context.get())
                                  : EVP_PKEY_verify_init(context.get())) == 1);
  set_up(alg, context.get());
  return context;
}

// ES256, RS256, PS256: our own digest, then one ready context that is used again and again.
struct PreparedKey {
  KeyContext context;
};

class DigestSigner final : public Signer {
 public:
  DigestSigner(SigningAlgorithm alg, Key key) : alg_(alg), key_(std::move(key)) {}

  std::string sign(std::string_view input) const override {
    const auto digest = sha256(input);
    std::array<std::uint8_t, signature_bytes_max> signature;
    std::size_t length = signature.size();
    {
      const auto prepared = idle_.borrow([&] {
        return std::make_unique<PreparedKey>(ready_context(alg_, key_.get(), Use::sign));
      });
      OPTARE_ASSERT(EVP_PKEY_sign(prepared->context.get(), signature.data(), &length, digest.data(),
                                  digest.size()) == 1);
    }
    const std::string_view bytes = text_of(Bytes(signature).first(length));
    return alg_ == SigningAlgorithm::ES256 ? openssl::jws_of_der(bytes) : std::string(bytes);
  }

 private:
  SigningAlgorithm alg_;
  Key key_;
  mutable Pool<PreparedKey> idle_;
};

class DigestVerifier final : public Verifier {
 public:
  DigestVerifier(SigningAlgorithm alg, Key key) : alg_(alg), key_(std::move(key)) {}

  bool verify(std::string_view input, std::string_view signature) const override {
    if (alg_ != SigningAlgorithm::ES256)
      return signature.size() == static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())) &&
             check(input, signature);
    const auto der = openssl::der_of_jws(signature);
    return der && check(input, *der);
  }

 private:
  bool check(std::string_view input, std::string_view signature) const {
    const auto digest = sha256(input);
    const auto prepared = idle_.borrow([&] {
      return std::make_unique<PreparedKey>(ready_context(alg_, key_.get(), Use::verify));
    });
    const bool right = EVP_PKEY_verify(prepared->context.get(), bytes_of(signature).data(),
                                       signature.size(), digest.data(), digest.size()) == 1;
    if (!right) ERR_clear_error();
    return right;
  }

  SigningAlgorithm alg_;
  Key key_;
  mutable Pool<PreparedKey> idle_;
};

// Ed25519 signs the message itself; its context must be started anew each time.
struct MessageContext {
  openssl::DigestContext context{EVP_MD_CTX_new()};
};

class Ed25519Signer final : public Signer {
 public:
  explicit Ed25519Signer(Key key) : key_(std::move(key)) {}

  std::string sign(std::string_view input) const override {
    const auto message = idle_.borrow([] { return std::make_unique<MessageContext>(); });
    EVP_MD_CTX* const context = message->context.get();
    std::string signature(ed25519_signature_bytes, '\0');
    std::size_t length = signature.size();
    OPTARE_ASSERT(EVP_DigestSignInit_ex(context, nullptr, nullptr, nullptr, nullptr, key_.get(),
                                        nullptr) == 1);
    OPTARE_ASSERT(EVP_DigestSign(context, reinterpret_cast<std::uint8_t*>(signature.data()),
                                 &length, bytes_of(input).data(), input.size()) == 1);
    OPTARE_ASSERT(length == signature.size());
    return signature;
  }

 private:
  Key key_;
  mutable Pool<MessageContext> idle_;
};

class Ed25519Verifier final : public Verifier {
 public:
  explicit Ed25519Verifier(Key key) : key_(std::move(key)) {}

  bool verify(std::string_view input, std::string_view signature) const override {
    if (signature.size() != ed25519_signature_bytes) return false;
    const auto message = idle_.borrow([] { return std::make_unique<MessageContext>(); });
    EVP_MD_CTX* const context = message->context.get();
    OPTARE_ASSERT(EVP_DigestVerifyInit_ex(context, nullptr, nullptr, nullptr, nullptr, key_.get(),
                                          nullptr) == 1);
    const bool right = EVP_DigestVerify(context, bytes_of(signature).data(), signature.size(),
                                        bytes_of(input).data(), input.size()) == 1;
    if (!right) ERR_clear_error();
    return right;
  }

 private:
  Key key_;
  mutable Pool<MessageContext> idle_;
};

Key generate_key(SigningAlgorithm alg) {
  switch (alg) {
    case SigningAlgorithm::ES256:
      return Key(EVP_EC_gen("P-256"));
    case SigningAlgorithm::RS256:
    case SigningAlgorithm::PS256:
      return Key(EVP_RSA_gen(rsa_bits_generated));
    case SigningAlgorithm::EdDSA:
      return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  }
  return nullptr;
}

std::string public_der(const EVP_PKEY* key) {
  std::uint8_t* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  OPTARE_ASSERT(length > 0);
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

Secret private_der(const EVP_PKEY* key) {
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, openssl::FreeWith<PKCS8_PRIV_KEY_INFO_free>> pkcs8(
      EVP_PKEY2PKCS8(key));
  std::uint8_t* der = nullptr;
  const int length = i2d_PKCS8_PRIV_KEY_INFO(pkcs8.get(), &der);
  OPTARE_ASSERT(pkcs8 && length > 0);
  Secret out(std::string(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length)));
  OPENSSL_clear_free(der, static_cast<std::size_t>(length));
  return out;
}

}  // namespace

NewKeyPair OpensslSigningKeys::generate(SigningAlgorithm alg) const {
  const Key key = generate_key(alg);
  OPTARE_ASSERT(key);
  return {private_der(key.get()), public_der(key.get())};
}

Result<std::shared_ptr<const Signer>> OpensslSigningKeys::signer(SigningAlgorithm alg,
                                                                 const Secret& private_key) const {
  TRY(Key key, openssl::parse_private_key(alg, private_key));
  if (alg == SigningAlgorithm::EdDSA) return std::make_shared<const Ed25519Signer>(std::move(key));
  return std::make_shared<const DigestSigner>(alg, std::move(key));
}

Result<std::shared_ptr<const Verifier>> OpensslSigningKeys::verifier(
    SigningAlgorithm alg, std::string_view public_key) const {
  TRY(Key key, openssl::parse_public_key(alg, public_key));
  if (alg == SigningAlgorithm::EdDSA)
    return std::make_shared<const Ed25519Verifier>(std::move(key));
  return std::make_shared<const DigestVerifier>(alg, std::move(key));
}

Result<std::string> OpensslSigningKeys::jwk(SigningAlgorithm alg, std::string_view kid,
                                            std::string_view public_key) const {
  if (!is_id_text(kid))
    return reject(Code::internal, "a key id with characters that no key id of ours has");
  TRY(const Key key, openssl::parse_public_key(alg, public_key));
  return openssl::jwk_of(alg, kid, key.get());
}

}  // namespace optare
