// Keys from their DER forms, refused unless they fit the algorithm they are to serve.
#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/events.h"
#include "core/openssl/handle.h"

namespace optare::openssl {

// PKCS#8, DER. Errors: internal; says what is wrong, never the key.
[[nodiscard]] Result<Key> parse_private_key(SigningAlgorithm alg, const Secret& der);
// SubjectPublicKeyInfo, DER. Errors: internal.
[[nodiscard]] Result<Key> parse_public_key(SigningAlgorithm alg, std::string_view der);

}  // namespace optare::openssl
