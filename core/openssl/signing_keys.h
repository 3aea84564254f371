// Signing keys over OpenSSL: ES256, RS256, PS256 and EdDSA (Ed25519) of RFC 7518 and RFC 8037.
#pragma once

#include "core/ports/signer.h"

namespace optare {

constexpr int rsa_bits_generated = 2048;
// RFC 7518 section 3.3 demands 2048; above the maximum one request would cost too much (ours).
constexpr int rsa_bits_min = 2048;
constexpr int rsa_bits_max = 4096;

class OpensslSigningKeys final : public SigningKeys {
 public:
  NewKeyPair generate(SigningAlgorithm alg) const override;
  [[nodiscard]] Result<std::shared_ptr<const Signer>> signer(
      SigningAlgorithm alg, const Secret& private_key) const override;
  [[nodiscard]] Result<std::shared_ptr<const Verifier>> verifier(
      SigningAlgorithm alg, std::string_view public_key) const override;
  [[nodiscard]] Result<std::string> jwk(SigningAlgorithm alg, std::string_view kid,
                                        std::string_view public_key) const override;
};

}  // namespace optare
