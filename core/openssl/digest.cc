// core/ports/crypto.h over OpenSSL. Each thread keeps its contexts: making one costs more than a
// short digest does.
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "core/base/assert.h"
#include "core/base/encoding.h"
#include "core/openssl/handle.h"
#include "core/ports/crypto.h"

namespace optare {
namespace {

constexpr std::size_t gcm_nonce_bytes = 12;
constexpr std::size_t gcm_tag_bytes = 16;
constexpr std::size_t aes_256_key_bytes = 32;

EVP_MD_CTX* digest_context() {
  thread_local const openssl::DigestContext context = [] {
    openssl::DigestContext made(EVP_MD_CTX_new());
    OPTARE_ASSERT(made &&
                  EVP_DigestInit_ex2(made.get(), openssl::sha256_algorithm(), nullptr) == 1);
    return made;
  }();
  return context.get();
}

// AES-256-GCM in one direction. It remembers its last key: one seals all tokens of a start.
class Gcm {
 public:
  enum Direction : int { opens = 0, seals = 1 };
  explicit Gcm(Direction direction) : direction_(direction), context_(EVP_CIPHER_CTX_new()) {
    OPTARE_ASSERT(context_);
  }

  EVP_CIPHER_CTX* start(const Secret& key, std::string_view nonce) {
    OPTARE_ASSERT(key.reveal().size() == aes_256_key_bytes && nonce.size() == gcm_nonce_bytes);
    const bool same = equal_in_constant_time(key.reveal(), key_.reveal());
    OPTARE_ASSERT(EVP_CipherInit_ex2(context_.get(),
                                     same ? nullptr : openssl::aes_256_gcm_algorithm(),
                                     same ? nullptr : bytes_of(key.reveal()).data(),
                                     bytes_of(nonce).data(), direction_, nullptr) == 1);
    if (!same) key_ = Secret(std::string(key.reveal()));
    return context_.get();
  }

 private:
  Direction direction_;
  openssl::CipherContext context_;
  Secret key_;  // empty at first: no key is
};

// A keyed context. It remembers its last key: the same one comes again and again (the fleet's), and
// setting a key costs as much as the MAC itself.
class Hmac {
 public:
  Hmac() : context_(EVP_MAC_CTX_new(openssl::hmac_algorithm())) {
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    OPTARE_ASSERT(context_ && EVP_MAC_CTX_set_params(context_.get(), parameters) == 1);
  }

  std::array<std::uint8_t, 32> mac(std::string_view key, std::string_view bytes) {
    start(key);
    std::array<std::uint8_t, 32> out;
    std::size_t length = 0;
    const Bytes input = bytes_of(bytes);
    OPTARE_ASSERT(EVP_MAC_update(context_.get(), input.data(), input.size()) == 1);
    OPTARE_ASSERT(EVP_MAC_final(context_.get(), out.data(), &length, out.size()) == 1 &&
                  length == out.size());
    return out;
  }

 private:
  void start(std::string_view key) {
    if (keyed_ && equal_in_constant_time(key, key_.reveal())) {
      OPTARE_ASSERT(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1);
      return;
    }
    const std::string copy(key);  // Never null, which would mean "the same key".
    OPTARE_ASSERT(EVP_MAC_init(context_.get(), bytes_of(copy).data(), copy.size(), nullptr) == 1);
    key_ = Secret(copy);
    keyed_ = true;
  }

  openssl::MacContext context_;
  Secret key_;
  bool keyed_ = false;
};

std::array<std::uint8_t, 32> hmac(std::string_view key, std::string_view bytes) {
  thread_local Hmac context;
  return context.mac(key, bytes);
}

int size_of(std::string_view bytes) {
  OPTARE_ASSERT(bytes.size() <= 1U << 30U);
  return static_cast<int>(bytes.size());
}

std::uint8_t* writable(std::string& out, std::size_t offset) {
  return reinterpret_cast<std::uint8_t*>(out.data()) + offset;
}

}  // namespace

std::array<std::uint8_t, 32> sha256(std::string_view bytes) {
  EVP_MD_CTX* const context = digest_context();
  std::array<std::uint8_t, 32> out;
  unsigned length = 0;
  OPTARE_ASSERT(EVP_DigestInit_ex2(context, nullptr, nullptr) == 1);
  OPTARE_ASSERT(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
  OPTARE_ASSERT(EVP_DigestFinal_ex(context, out.data(), &length) == 1 && length == out.size());
  return out;
}

std::string sha256_text(std::string_view bytes) { return std::string(text_of(sha256(bytes))); }

std::array<std::uint8_t, 32> hmac_sha256(const Secret& key, std::string_view bytes) {
  return hmac(key.reveal(), bytes);
}

Secret hkdf_sha256(const Secret& key, std::string_view salt, std::string_view label) {
  // RFC 5869 sections 2.2 and 2.3; 32 bytes are one block.
  std::array<std::uint8_t, 32> extracted = hmac(salt, key.reveal());
  std::array<std::uint8_t, 32> expanded = hmac(text_of(extracted), std::string(label) + '\x01');
  Secret out(std::string(text_of(expanded)));
  OPENSSL_cleanse(extracted.data(), extracted.size());
  OPENSSL_cleanse(expanded.data(), expanded.size());
  return out;
}

std::string seal(const Secret& key, std::string_view nonce, std::string_view plaintext,
                 std::string_view aad) {
  thread_local Gcm gcm(Gcm::seals);
  EVP_CIPHER_CTX* const context = gcm.start(key, nonce);
  std::string out(plaintext.size() + gcm_tag_bytes, '\0');
  int length = 0;
  OPTARE_ASSERT(EVP_EncryptUpdate(context, nullptr, &length, bytes_of(aad).data(), size_of(aad)) ==
                1);
  OPTARE_ASSERT(EVP_EncryptUpdate(context, writable(out, 0), &length, bytes_of(plaintext).data(),
                                  size_of(plaintext)) == 1);
  OPTARE_ASSERT(EVP_EncryptFinal_ex(context, writable(out, plaintext.size()), &length) == 1);
  OPTARE_ASSERT(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, gcm_tag_bytes,
                                    writable(out, plaintext.size())) == 1);
  return out;
}

std::optional<std::string> unseal(const Secret& key, std::string_view nonce,
                                  std::string_view sealed, std::string_view aad) {
  if (sealed.size() < gcm_tag_bytes) return std::nullopt;
  const std::string_view ciphertext = sealed.substr(0, sealed.size() - gcm_tag_bytes);
  std::string tag(sealed.substr(ciphertext.size()));
  thread_local Gcm gcm(Gcm::opens);
  EVP_CIPHER_CTX* const context = gcm.start(key, nonce);
  std::string out(ciphertext.size() + 1, '\0');  // Never empty: OpenSSL wants a place to write to.
  int length = 0;
  OPTARE_ASSERT(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, gcm_tag_bytes, tag.data()) ==
                1);
  OPTARE_ASSERT(EVP_DecryptUpdate(context, nullptr, &length, bytes_of(aad).data(), size_of(aad)) ==
                1);
  OPTARE_ASSERT(EVP_DecryptUpdate(context, writable(out, 0), &length, bytes_of(ciphertext).data(),
                                  size_of(ciphertext)) == 1);
  if (EVP_DecryptFinal_ex(context, writable(out, ciphertext.size()), &length) != 1)
    return std::nullopt;
  out.resize(ciphertext.size());
  return out;
}

}  // namespace optare
