// The two forms of an ECDSA P-256 signature: OpenSSL's DER, and the r|s of JWS.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace optare::openssl {

constexpr std::size_t p256_integer_bytes = 32;
constexpr std::size_t es256_signature_bytes = 2 * p256_integer_bytes;  // RFC 7518 section 3.4

// REQUIRES: `der` is a signature that OpenSSL made over P-256.
std::string jws_of_der(std::string_view der);
// Nothing unless `jws` is 64 bytes.
std::optional<std::string> der_of_jws(std::string_view jws);

}  // namespace optare::openssl
