// How fast one core signs, verifies, seals, opens and digests: bare, and whole tokens. Prints
// rates.
#include <fmt/format.h>

#include <chrono>

#include "core/base/encoding.h"
#include "core/oauth/access_token.h"
#include "core/oauth/client_secret.h"
#include "core/oauth/opaque_token.h"
#include "core/oauth/token_reader.h"
#include "core/openssl/random.h"
#include "core/openssl/signing_keys.h"
#include "core/ports/crypto.h"

using namespace optare;

namespace {

// The median rate of three runs.
template <class Work>
void measure(std::string_view name, const Work& work) {
  using clock = std::chrono::steady_clock;
  constexpr auto run = std::chrono::milliseconds(300);
  std::array<double, 3> rates{};
  for (double& rate : rates) {
    std::uint64_t calls = 0;
    const auto start = clock::now();
    while (clock::now() - start < run)
      for (int i = 0; i < 16; ++i, ++calls) work();
    rate = static_cast<double>(calls) / std::chrono::duration<double>(clock::now() - start).count();
  }
  std::ranges::sort(rates);
  fmt::print("{:<28}{:>12.0f} /s  {:>8.3f} us\n", name, rates[1], 1e6 / rates[1]);
}

AccessTokenClaims usual_claims(Random& random) {
  return {.issuer = "https://issuer.example.com",
          .client_id = ClientId(random.id("srv_")),
          .audience = "https://api.example.com/orders",
          .issued_at = 1'772'539'200,
          .expires_at = 1'772'542'800,
          .jti = TokenId(random.id("00")),
          .scope = "orders:read orders:write",
          .v = 123'456};
}

void measure_algorithm(SigningAlgorithm alg, const AccessTokenClaims& claims) {
  const OpensslSigningKeys keys;
  const std::string_view name = schema::EnumNameSigningAlgorithm(alg);
  const NewKeyPair pair = keys.generate(alg);
  const auto signer = *keys.signer(alg, pair.private_key);
  const auto verifier = *keys.verifier(alg, pair.public_key);
  const std::string input(600, 'x'), signature = signer->sign(input);
  measure(fmt::format("{} sign", name), [&] { signer->sign(input); });
  measure(fmt::format("{} verify", name), [&] { verifier->verify(input, signature); });
  const JwtSigner jwt(KeyId("key_0123456789abcdefghijkl"), alg, signer);
  const JwtVerification verification(claims.issuer,
                                     [&](const KeyId&) { return JwtKey{alg, verifier}; });
  const std::string token = jwt.sign(claims);
  measure(fmt::format("{} JWT made ({} bytes)", name, token.size()), [&] { jwt.sign(claims); });
  measure(fmt::format("{} JWT verified", name),
          [&] { static_cast<void>(verification.verify(token)); });
}

}  // namespace

int main() {
  SystemRandom random;
  const std::string short_text(64, 'x'), long_text(1024, 'x');
  const Secret key(std::string(32, 'k'));
  measure("SHA-256 64 bytes", [&] { sha256(short_text); });
  measure("SHA-256 1024 bytes", [&] { sha256(long_text); });
  measure("HMAC-SHA256 64 bytes", [&] { hmac_sha256(key, short_text); });
  measure("random 16 bytes", [&] { random.bytes<16>(); });
  measure("random id", [&] { random.id("srv_"); });

  const AccessTokenClaims claims = usual_claims(random);
  for (const auto alg : {SigningAlgorithm::ES256, SigningAlgorithm::EdDSA, SigningAlgorithm::RS256})
    measure_algorithm(alg, claims);

  const std::array<FleetKey, 1> fleet_keys{FleetKey{1, Secret(std::string(32, 'f'))}};
  OpaqueTokens opaque(fleet_keys, 1, claims.issuer, random);
  const std::string token = opaque.seal(claims);
  measure("opaque token sealed", [&] { opaque.seal(claims); });
  measure("opaque token opened", [&] { static_cast<void>(opaque.open(token)); });
  TokenReader reader(claims.issuer, [](const KeyId&) { return std::nullopt; }, opaque);
  measure("token read from the cache", [&] { static_cast<void>(reader.read(token)); });

  Application application;
  application.secrets = {{SecretId("sec_1"), client_secret_digest("sk_1"), {}, {}}};
  measure("client secret checked",
          [&] { static_cast<void>(matching_secret(short_text, &application, {})); });
}
