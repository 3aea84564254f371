// RFC 9068, JSON Web Token Profile for OAuth 2.0 Access Tokens: as a resource server sees them.
#include "tests/conformance/deployment.h"
#include "tests/support/resource_server.h"

namespace optare::conformance {
namespace {

class Rfc9068 : public Deployment {
 protected:
  std::string key_set() { return t.get("/oauth2/jwks").body; }
};

TEST_F(Rfc9068, Section2_1_TheTypeIsAtJwtAndTheTokenIsSigned) {
  const std::string token = jwt();
  const boost::json::object header = take_apart(token).header;
  EXPECT_EQ(header, (boost::json::object{{"alg", "ES256"}, {"typ", "at+jwt"}, {"kid", "key_1"}}));
  EXPECT_TRUE(verifies(token, key_set()));
  std::string altered = token;
  altered[token.find('.') + 5] ^= 1;
  EXPECT_FALSE(verifies(altered, key_set()));
}

TEST_F(Rfc9068, Section2_1_Rs256IsSupportedAndTheOthers) {
  for (const SigningAlgorithm alg : {SigningAlgorithm::RS256, SigningAlgorithm::PS256,
                                     SigningAlgorithm::EdDSA, SigningAlgorithm::ES256}) {
    const std::string name(algorithm_name(alg));
    t.publish_key("key_" + name, alg);
    const std::string token = jwt();
    EXPECT_EQ(take_apart(token).header.at("alg").as_string(), name);
    EXPECT_TRUE(verifies(token, key_set())) << name;
    EXPECT_TRUE(active(token, cron)) << name;
  }
}

TEST_F(Rfc9068, Section2_2_EveryRequiredClaimIsThere) {
  const boost::json::object claims = take_apart(jwt()).claims;
  EXPECT_EQ(claims.at("iss").as_string(), facts::issuer);
  EXPECT_EQ(claims.at("aud").as_string(), orders);
  EXPECT_EQ(claims.at("sub").as_string(), cron.id);
  EXPECT_EQ(claims.at("client_id").as_string(), cron.id);
  EXPECT_EQ(claims.at("iat").as_int64(), seconds_of(t.clock.wall()));
  EXPECT_EQ(claims.at("exp").as_int64(), seconds_of(t.clock.wall()) + 3600);
  EXPECT_FALSE(claims.at("jti").as_string().empty());
  EXPECT_NE(claims.at("jti"), take_apart(jwt()).claims.at("jti"));
}

TEST_F(Rfc9068, Section2_2_3_ScopeIsWhatWasGiven) {
  EXPECT_EQ(take_apart(jwt()).claims.at("scope"), "read write");
  EXPECT_EQ(take_apart(t.token(cron, {{"scope", "read"}})).claims.at("scope"), "read");
}

TEST_F(Rfc9068, Section3_TheResourceDecidesTheAudience) {
  t.register_api("api_parts", "https://api.example/parts", {"read"});
  t.happened(facts::granted(cron.id, "api_parts", {"read"}));
  for (const std::string& resource : {orders, std::string("https://api.example/parts")})
    EXPECT_EQ(take_apart(t.token(cron, {{"resource", resource}})).claims.at("aud").as_string(),
              resource);
}

TEST_F(Rfc9068, Section3_WithoutAResourceTheAudienceIsTheOnlyGrantOrNone) {
  EXPECT_EQ(take_apart(jwt()).claims.at("aud").as_string(), orders);
  t.happened(facts::granted(cron.id, "api_stock", {"read"}));
  EXPECT_EQ(error_of(t.ask_token(cron)), "invalid_target") << "ambiguous: nothing is guessed";
}

TEST_F(Rfc9068, Section4_KeysAreFoundThroughTheMetadata) {
  const auto metadata = body_of(t.get("/.well-known/oauth-authorization-server"));
  EXPECT_EQ(metadata.at("issuer"), take_apart(jwt()).claims.at("iss"));
  const std::string uri(metadata.at("jwks_uri").as_string());
  EXPECT_TRUE(verifies(jwt(), t.get(uri.substr(facts::issuer.size())).body));
}

TEST_F(Rfc9068, Section4_ARevokedKeyIsNotPublished) {
  t.publish_key("key_2");
  const std::string token = jwt();
  ASSERT_TRUE(verifies(token, key_set()));
  t.happened(facts::key_revoked("key_2"));
  EXPECT_ANY_THROW(verifies(token, key_set()));
  EXPECT_FALSE(active(token, cron));
}

TEST_F(Rfc9068, Section5_TheSubjectIsTheClientAndNeverAnother) {
  t.happened(facts::granted(report.id, "api_orders", {"read"}));
  for (const Credentials& client : {cron, report}) {
    const auto claims = take_apart(t.token(client, {{"audience", orders}})).claims;
    EXPECT_EQ(claims.at("sub"), claims.at("client_id"));
    EXPECT_EQ(claims.at("sub").as_string(), client.id);
  }
}

}  // namespace
}  // namespace optare::conformance
