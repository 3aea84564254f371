// The port to signing keys. Private parts stay behind it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/events.h"

namespace optare {

// A key pair just made: the private part for the vault, the public part for the log.
struct NewKeyPair {
  Secret private_key;      // PKCS#8, DER
  std::string public_key;  // SubjectPublicKeyInfo, DER
};

// Signs with one private key. Thread-safe; keeps per-thread contexts.
class Signer {
 public:
  virtual ~Signer() = default;
  // The JWS signature (RFC 7515) over `input`: r|s for ES256, 64 bytes for EdDSA, RSA's size
  // otherwise.
  virtual std::string sign(std::string_view input) const = 0;
};

// Verifies with one public key. Thread-safe.
class Verifier {
 public:
  virtual ~Verifier() = default;
  virtual bool verify(std::string_view input, std::string_view signature) const = 0;
};

class SigningKeys {
 public:
  virtual ~SigningKeys() = default;
  virtual NewKeyPair generate(SigningAlgorithm alg) const = 0;
  // Parses once; keep what it gives. Errors: internal.
  [[nodiscard]] virtual Result<std::shared_ptr<const Signer>> signer(
      SigningAlgorithm alg, const Secret& private_key) const = 0;
  [[nodiscard]] virtual Result<std::shared_ptr<const Verifier>> verifier(
      SigningAlgorithm alg, std::string_view public_key) const = 0;
  // The public key as a JWK (RFC 7517) object's JSON, with kid, alg, use.
  [[nodiscard]] virtual Result<std::string> jwk(SigningAlgorithm alg, std::string_view kid,
                                                std::string_view public_key) const = 0;
};

}  // namespace optare
