#include <gtest/gtest.h>

#include "tests/support/endpoint_fixture.h"

namespace optare {
namespace {

const boost::json::object inactive{{"active", false}};

class IntrospectionEndpoint : public testing::TestWithParam<TokenFormat> {
 protected:
  IntrospectionEndpoint() {
    t.publish_key("key_1");
    t.register_api("api_1", "urn:orders", {"read", "write"}, GetParam());
    cron = t.create_application("srv_cron");
    other = t.create_application("srv_other");
    t.happened(facts::granted("srv_cron", "api_1", {"read", "write"}));
  }
  Response introspect(const std::string& token, const Credentials& caller) {
    return t.post("/oauth2/introspect", {{"token", token}}, caller);
  }
  boost::json::object seen(const std::string& token, const Credentials& caller) {
    const Response response = introspect(token, caller);
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(response.header("Cache-Control"), "no-store");
    return EndpointFixture::body_of(response);
  }

  EndpointFixture t;
  Credentials cron, other;
};
INSTANTIATE_TEST_SUITE_P(Formats, IntrospectionEndpoint,
                         testing::Values(TokenFormat::jwt, TokenFormat::opaque),
                         [](const auto& info) {
                           return info.param == TokenFormat::jwt ? "Jwt" : "Opaque";
                         });

TEST_P(IntrospectionEndpoint, TellsTheTokensOwnClientAllOfIt) {
  const std::string token = t.token(cron);
  const auto claims = t.services->tokens.read(token).value()->claims();
  EXPECT_EQ(seen(token, cron), (boost::json::object{{"active", true},
                                                    {"scope", "read write"},
                                                    {"client_id", "srv_cron"},
                                                    {"token_type", "Bearer"},
                                                    {"exp", claims.expires_at},
                                                    {"iat", claims.issued_at},
                                                    {"sub", "srv_cron"},
                                                    {"aud", "urn:orders"},
                                                    {"iss", facts::issuer.c_str()},
                                                    {"jti", claims.jti.text().c_str()}}));
}

TEST_P(IntrospectionEndpoint, TellsIntrospectorsOfTheApiAndNobodyElse) {
  const std::string token = t.token(cron);
  EXPECT_EQ(seen(token, other), inactive);
  t.happened(facts::introspector_allowed("api_1", "srv_other"));
  EXPECT_EQ(seen(token, other).at("client_id"), "srv_cron");
  t.happened(facts::of_api("api_1", IntrospectorRemoved{.client_id = "srv_other"}));
  EXPECT_EQ(seen(token, other), inactive);
}

TEST_P(IntrospectionEndpoint, ShowsTokensOfTheAdminApiToTheirOwnClientOnly) {
  const std::string identifier = admin_api_identifier(facts::issuer);
  t.register_api("api_admin", identifier, {"read:applications"}, GetParam(), true);
  t.happened(facts::granted("srv_cron", "api_admin", {"read:applications"}));
  // No command makes it so; were it so, it would not count.
  t.happened(facts::introspector_allowed("api_admin", "srv_other"));
  const std::string token = t.token(cron, {{"audience", identifier}});
  EXPECT_EQ(seen(token, cron).at("active"), true);
  EXPECT_EQ(seen(token, other), inactive);
}

TEST_P(IntrospectionEndpoint, SaysNothingOfWhatIsNoToken) {
  const std::string token = t.token(cron);
  for (const std::string& text : {std::string("x"), std::string("at_"), std::string("a.b.c"),
                                  token + "A", token.substr(1), std::string(9000, 'a')})
    EXPECT_EQ(seen(text, cron), inactive) << text;
}

TEST_P(IntrospectionEndpoint, EndsWithTheTokensTime) {
  const std::string token = t.token(cron);
  t.clock.advance(std::chrono::seconds(3599));
  EXPECT_EQ(seen(token, cron).at("active"), true);
  t.clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(seen(token, cron), inactive);
}

TEST_P(IntrospectionEndpoint, FailsClosedWhenTheViewIsOld) {
  const std::string token = t.token(cron);
  t.states.be_fresh(false);
  EXPECT_EQ(introspect(token, cron).status, 503);
}

// Design D6.
TEST_P(IntrospectionEndpoint, CallsNothingInactiveForAbsenceBeforeTheViewHasCaughtUp) {
  const std::string token = t.token(cron);
  t.states.catching_up = [this] {
    t.states.catching_up = nullptr;
    t.happened(facts::introspector_allowed("api_1", "srv_other"));
    return true;
  };
  EXPECT_EQ(seen(token, other).at("active"), true);
  t.states.catching_up = [] { return false; };
  t.happened(facts::of_application("srv_cron", ApiGrantRevoked{.api_id = "api_1"}));
  EXPECT_EQ(introspect(token, cron).status, 503);
}

TEST_P(IntrospectionEndpoint, WantsAToken) {
  const Response response = t.post("/oauth2/introspect", {}, cron);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(EndpointFixture::body_of(response).at("error"), "invalid_request");
}

TEST_P(IntrospectionEndpoint, RefusesAWrongCallerWith401HoweverItAuthenticates) {
  const std::string token = t.token(cron);
  const Response basic = introspect(token, {"srv_cron", "sk_wrong"});
  const Response body =
      t.post("/oauth2/introspect",
             {{"token", token}, {"client_id", "srv_cron"}, {"client_secret", "sk_wrong"}});
  const Response none = t.post("/oauth2/introspect", {{"token", token}});
  for (const Response* response : {&basic, &body, &none}) {
    EXPECT_EQ(response->status, 401);
    EXPECT_EQ(EndpointFixture::body_of(*response).at("error"), "invalid_client");
    EXPECT_TRUE(response->header("WWW-Authenticate").starts_with("Basic "));
  }
}

}  // namespace
}  // namespace optare
