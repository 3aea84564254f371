// Ownership of OpenSSL's objects, and the one way its failures are treated.
#pragma once

#include <openssl/bn.h>
#include <openssl/evp.h>

#include <memory>

#include "core/base/assert.h"

namespace optare::openssl {

template <auto free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const noexcept {
    free(object);
  }
};

using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeWith<EVP_MAC_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeWith<EVP_CIPHER_CTX_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using BigNumber = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;

// Fetched once: a fetch per call takes a lock inside OpenSSL, so that two threads hardly do more
// than one. Never freed: threads may still use them while the process ends.
const EVP_MD* sha256_algorithm();
EVP_MAC* hmac_algorithm();
const EVP_CIPHER* aes_256_gcm_algorithm();

}  // namespace optare::openssl
