// A deployment in miniature: an application with a grant of one API, a signing key, a fleet key.
#pragma once

#include "core/oauth/access_token.h"
#include "core/oauth/opaque_token.h"
#include "core/openssl/random.h"
#include "core/openssl/signing_keys.h"
#include "tests/support/table_states.h"

namespace optare {

struct TokenFixture {
  static constexpr std::int64_t issued_at = 1'772'539'200;  // 2026-03-03T12:00:00Z
  static constexpr Timestamp now = timestamp_of((issued_at + 10) * 1000);

  const std::string issuer = "https://issuer.example";
  const std::string audience = "https://api.example/orders";
  const KeyId kid{"key_1"};
  OpensslSigningKeys signing_keys;
  SystemRandom random;
  NewKeyPair pair;
  std::shared_ptr<const Signer> signer;
  std::shared_ptr<const Verifier> verifier;
  SigningAlgorithm alg;
  TableStates states;

  explicit TokenFixture(SigningAlgorithm algorithm = SigningAlgorithm::ES256)
      : pair(signing_keys.generate(algorithm)),
        signer(*signing_keys.signer(algorithm, pair.private_key)),
        verifier(*signing_keys.verifier(algorithm, pair.public_key)),
        alg(algorithm) {
    Application application;
    application.id = ClientId("srv_1");
    application.standing = Standing::active;
    application.standing_ordinal = 10;
    application.grants = {
        {.api = ApiId("api_1"), .scopes = {"read"}, .granted_at = {}, .standing = 30}};
    states.application_rows[application.id] = application;
    Api api;
    api.id = ApiId("api_1");
    api.standing = Standing::active;
    api.standing_ordinal = 20;
    api.identifier = audience;
    api.scopes = {{"read", ""}};
    states.api_rows[api.id] = api;
    SigningKey key;
    key.id = kid;
    key.alg = algorithm;
    key.public_key = pair.public_key;
    key.ordinal = 40;
    states.key_rows = {key};
    System system;
    system.fleet_key_id = 1;
    states.system_row = system;
  }

  AccessTokenClaims claims() const {
    return {.issuer = issuer,
            .client_id = ClientId("srv_1"),
            .audience = audience,
            .issued_at = issued_at,
            .expires_at = issued_at + 3600,
            .jti = TokenId("00abc"),
            .scope = "read",
            .v = 50};
  }
  JwtKeyLookup lookup() const {
    return [this](const KeyId& id) {
      return id == kid ? std::optional(JwtKey{alg, verifier}) : std::nullopt;
    };
  }
  std::string jwt(const AccessTokenClaims& said) const {
    return JwtSigner(kid, alg, signer).sign(said);
  }
  JwtVerification verification() const { return JwtVerification(issuer, lookup()); }

  static std::vector<FleetKey> fleet_keys() {
    std::vector<FleetKey> keys;
    keys.push_back({1, Secret(std::string(32, 'f'))});
    return keys;
  }
  std::unique_ptr<OpaqueTokens> opaque(std::uint64_t uses_per_salt = opaque_salt_uses_max) {
    return std::make_unique<OpaqueTokens>(fleet_keys(), 1, issuer, random, uses_per_salt);
  }
};

}  // namespace optare
