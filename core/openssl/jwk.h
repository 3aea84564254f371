// A public key as RFC 7517 spells it.
#pragma once

#include <string>
#include <string_view>

#include "core/events.h"
#include "core/openssl/handle.h"

namespace optare::openssl {

// REQUIRES: `key` fits `alg`; `kid` is id text, so that it needs no escaping.
std::string jwk_of(SigningAlgorithm alg, std::string_view kid, const EVP_PKEY* key);

}  // namespace optare::openssl
