#include <gtest/gtest.h>

#include "tests/support/endpoint_fixture.h"

namespace optare {
namespace {

const std::string orders = "https://api.example/orders";

class TokenEndpoint : public testing::Test {
 protected:
  TokenEndpoint() {
    t.publish_key("key_1");
    t.register_api("api_1", orders, {"read", "write", "purge"});
    cron = t.create_application("srv_cron");
    t.happened(facts::granted("srv_cron", "api_1", {"read", "write"}));
  }
  std::string error_of(const Response& response) {
    return std::string(EndpointFixture::body_of(response).at("error").as_string());
  }
  AccessTokenClaims claims_of(const std::string& token) {
    return t.services->tokens.read(token).value()->claims();
  }
  // It comes while somebody waits for the view to catch up.
  void news(const facts::Fact& fact) {
    t.states.catching_up = [this, fact] {
      t.states.catching_up = nullptr;
      t.happened(fact);
      return true;
    };
  }

  EndpointFixture t;
  Credentials cron;
};

TEST_F(TokenEndpoint, IssuesAJwtOfTheOnlyGrantWithAllItsScopes) {
  const Response response = t.ask_token(cron);
  ASSERT_EQ(response.status, 200) << response.body;
  const auto body = EndpointFixture::body_of(response);
  EXPECT_EQ(body.size(), 4U);
  EXPECT_EQ(body.at("token_type"), "Bearer");
  EXPECT_EQ(body.at("expires_in"), 3600);
  EXPECT_EQ(body.at("scope"), "read write");
  const auto token = t.services->tokens.read(std::string(body.at("access_token").as_string()));
  ASSERT_TRUE(token);
  EXPECT_EQ((*token)->format(), TokenFormat::jwt);
  const AccessTokenClaims& claims = (*token)->claims();
  EXPECT_EQ(claims.issuer, facts::issuer);
  EXPECT_EQ(claims.audience, orders);
  EXPECT_EQ(claims.client_id, ClientId("srv_cron"));
  EXPECT_EQ(claims.issued_at, seconds_of(t.clock.wall()));
  EXPECT_EQ(claims.expires_at, claims.issued_at + 3600);
  EXPECT_EQ(claims.v, t.states.position());
  EXPECT_TRUE(claims.jti.text().starts_with("00"));
  EXPECT_EQ(claims.jti.text().size(), 24U);
}

TEST_F(TokenEndpoint, IssuesAnOpaqueTokenWhenTheApiSaysSo) {
  t.register_api("api_2", "urn:opaque", {"read"}, TokenFormat::opaque);
  t.happened(facts::granted("srv_cron", "api_2", {"read"}));
  const std::string token = t.token(cron, {{"audience", "urn:opaque"}});
  EXPECT_TRUE(token.starts_with("at_"));
  EXPECT_EQ(t.services->tokens.read(token).value()->format(), TokenFormat::opaque);
  EXPECT_EQ(t.recorded().at(0)->kid, "");
}

// What the server gives out, it takes.
TEST_F(TokenEndpoint, KnowsTheLongestTokenThatItIssues) {
  std::vector<std::string> scopes;
  for (std::size_t i = 0; i < api_scopes_max; ++i) {
    std::string& scope = scopes.emplace_back(std::to_string(100 + i));
    scope.append(scope_name_bytes_max - scope.size(), 's');
  }
  for (const TokenFormat format : {TokenFormat::jwt, TokenFormat::opaque}) {
    const std::string id = format == TokenFormat::jwt ? "api_jwt" : "api_opaque";
    std::string identifier = "https://api.example/" + id;
    identifier.append(api_identifier_bytes_max - identifier.size(), 'a');
    t.register_api(id, identifier, scopes, format);
    t.happened(facts::granted("srv_cron", id, scopes));
    const std::string token = t.token(cron, {{"audience", identifier}});
    EXPECT_EQ(claims_of(token).audience, identifier);
    // An issuer of the longest kind still has room.
    EXPECT_LT(token.size() + issuer_bytes_max * 4 / 3, token_bytes_max);
  }
}

TEST_F(TokenEndpoint, NeedsNoSigningKeyForAnOpaqueToken) {
  t.register_api("api_2", "urn:opaque", {"read"}, TokenFormat::opaque);
  t.happened(facts::granted("srv_cron", "api_2", {"read"}));
  t.happened(facts::key_revoked("key_1"));
  EXPECT_EQ(t.ask_token(cron, {{"audience", "urn:opaque"}}).status, 200);
  const Response jwt = t.ask_token(cron, {{"audience", orders}});
  EXPECT_EQ(jwt.status, 503);
  EXPECT_EQ(jwt.header("Retry-After"), "1");
}

TEST_F(TokenEndpoint, SignsWithTheKeyThatIsActiveNow) {
  t.publish_key("key_2", SigningAlgorithm::EdDSA, std::chrono::seconds(60));
  const auto kid = [&] { return t.services->tokens.read(t.token(cron)).value()->kid(); };
  EXPECT_EQ(kid(), KeyId("key_1"));
  t.clock.advance(std::chrono::seconds(60));
  EXPECT_EQ(kid(), KeyId("key_2"));
}

TEST_F(TokenEndpoint, RecordsTheTokenBeforeItLeaves) {
  t.before_sync = [&] { EXPECT_TRUE(t.recorded().empty()); };
  const AccessTokenClaims claims = claims_of(t.token(cron, {{"scope", "read"}}));
  const auto records = t.recorded();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0]->jti, claims.jti.text());
  EXPECT_EQ(records[0]->client_id, "srv_cron");
  EXPECT_EQ(records[0]->api_id, "api_1");
  EXPECT_EQ(records[0]->scopes, "read");
  EXPECT_EQ(records[0]->kid, "key_1");
  EXPECT_EQ(records[0]->issued_at, claims.issued_at * 1000);
  EXPECT_EQ(records[0]->expires_at, claims.expires_at * 1000);
  EXPECT_EQ(records[0]->view_ordinal, claims.v);
  EXPECT_EQ(records[0]->request_id, "req-1");
}

TEST_F(TokenEndpoint, IssuesNothingThatCannotBeRecorded) {
  for (const auto& [outcome, retry] :
       {std::pair{Append::refused_disk_full, "30"}, std::pair{Append::not_persisted, "1"},
        std::pair{Append::possibly_persisted, "1"}}) {
    t.spool_outcome = outcome;
    const Response response = t.ask_token(cron);
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(error_of(response), "temporarily_unavailable");
    EXPECT_EQ(response.header("Retry-After"), retry);
    EXPECT_EQ(response.body.find("access_token"), std::string::npos);
  }
}

TEST_F(TokenEndpoint, AsksForFreshnessWhenItAnswers) {
  t.before_sync = [&] { t.states.be_fresh(false); };
  const Response response = t.ask_token(cron);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(error_of(response), "temporarily_unavailable");
}

TEST_F(TokenEndpoint, WhatMovesWhileTheRecordIsSyncedLeavesATokenBornDead) {
  t.before_sync = [&] { t.happened(facts::deactivated("srv_cron")); };
  const std::string token = t.token(cron);
  t.before_sync = nullptr;
  t.happened(facts::activated("srv_cron"));
  EXPECT_EQ(EndpointFixture::body_of(t.post("/oauth2/introspect", {{"token", token}}, cron)),
            (boost::json::object{{"active", false}}));
}

TEST_F(TokenEndpoint, ChoosesTheApi) {
  t.register_api("api_2", "urn:other", {"read"});
  t.register_api("api_3", "urn:not-granted", {"read"});
  t.happened(facts::granted("srv_cron", "api_2", {"read"}));
  struct Case {
    FormPairs form;
    std::string audience;  // or the error
  };
  for (const Case& c : {Case{{}, "invalid_target"}, Case{{{"audience", orders}}, orders},
                        Case{{{"resource", "urn:other"}}, "urn:other"},
                        Case{{{"audience", orders}, {"resource", orders}}, orders},
                        Case{{{"resource", orders}, {"resource", orders}}, orders},
                        Case{{{"resource", ""}, {"resource", orders}}, orders},
                        Case{{{"audience", orders}, {"resource", "urn:other"}}, "invalid_target"},
                        Case{{{"resource", orders}, {"resource", "urn:other"}}, "invalid_target"},
                        Case{{{"audience", "urn:not-granted"}}, "invalid_target"},
                        Case{{{"audience", "urn:unknown"}}, "invalid_target"},
                        Case{{{"audience", orders + "/"}}, "invalid_target"},
                        Case{{{"audience", orders}, {"audience", orders}}, "invalid_request"}}) {
    const Response response = t.ask_token(cron, c.form);
    const auto body = EndpointFixture::body_of(response);
    const auto* const token = body.if_contains("access_token");
    EXPECT_EQ(
        token != nullptr ? claims_of(std::string(token->as_string())).audience : error_of(response),
        c.audience)
        << form_encoded(c.form);
  }
}

TEST_F(TokenEndpoint, AnswersAlikeForUnknownAndNotGrantedApis) {
  t.register_api("api_3", "urn:not-granted", {"read"});
  EXPECT_EQ(t.ask_token(cron, {{"audience", "urn:not-granted"}}).body,
            t.ask_token(cron, {{"audience", "urn:unknown"}}).body);
}

TEST_F(TokenEndpoint, ChoosesTheScopes) {
  struct Case {
    std::string asked, given;
  };
  for (const Case& c :
       {Case{"", "read write"}, Case{"read", "read"}, Case{"write read", "read write"},
        Case{"read read", "read"}, Case{"purge", "invalid_scope"},
        Case{"read purge", "invalid_scope"}, Case{" read", "invalid_scope"},
        Case{"r\"ead", "invalid_scope"}, Case{std::string(5000, 'a'), "invalid_scope"}}) {
    const Response response = t.ask_token(cron, {{"scope", c.asked}});
    const auto body = EndpointFixture::body_of(response);
    EXPECT_EQ(body.at(body.contains("scope") ? "scope" : "error").as_string(), c.given) << c.asked;
  }
}

TEST_F(TokenEndpoint, TheOnlyScopesAreThoseTheApiStillHas) {
  t.happened(facts::of_api("api_1", ApiUpdated{.name = "api_1",
                                               .scope_names = {"read"},
                                               .scope_descriptions = {""},
                                               .token_lifetime_ms = 60'000,
                                               .token_format = TokenFormat::jwt}));
  const auto body = EndpointFixture::body_of(t.ask_token(cron));
  EXPECT_EQ(body.at("scope"), "read");
  EXPECT_EQ(body.at("expires_in"), 60);
}

TEST_F(TokenEndpoint, SaysNothingOfScopesWhenThereAreNone) {
  t.happened(facts::granted("srv_cron", "api_1", {}));
  const auto body = EndpointFixture::body_of(t.ask_token(cron));
  EXPECT_FALSE(body.contains("scope"));
  EXPECT_EQ(claims_of(std::string(body.at("access_token").as_string())).scope, "");
}

TEST_F(TokenEndpoint, RemembersWhenTheSecretWasUsed) {
  EXPECT_FALSE(t.last_used.pending(ClientId("srv_cron"), SecretId("sec_1")));
  t.token(cron);
  EXPECT_EQ(t.last_used.pending(ClientId("srv_cron"), SecretId("sec_1")),
            std::chrono::floor<std::chrono::minutes>(t.clock.wall()));
}

TEST_F(TokenEndpoint, TellsOfFailedAuthenticationsAndNothingOfWhatWasPresented) {
  t.ask_token({"srv_cron", "sk_wrong"});
  t.ask_token({"srv_nobody", cron.secret});
  ASSERT_EQ(t.failed_authentications.size(), 2U);
  EXPECT_EQ(t.failed_authentications[0].client, "srv_cron");
  EXPECT_EQ(t.failed_authentications[0].reason, "wrong_secret");
  EXPECT_EQ(t.failed_authentications[1].client, "unknown");
  EXPECT_EQ(t.failed_authentications[1].reason, "application_unknown");
}

TEST_F(TokenEndpoint, SlowsGuessesAndNeverTheRightSecret) {
  for (std::uint32_t i = 0; i < ThrottleLimits{}.client_burst; ++i)
    EXPECT_EQ(t.ask_token({"srv_cron", "sk_wrong"}).status, 401);
  const Response slowed = t.ask_token({"srv_cron", "sk_wrong"});
  EXPECT_EQ(slowed.status, 429);
  EXPECT_EQ(slowed.header("Retry-After"), "6");
  EXPECT_EQ(t.ask_token(cron).status, 200);
}

TEST_F(TokenEndpoint, FailsClosedOnAQuarantinedApplicationOrApi) {
  t.states.quarantine("api/api_1");
  EXPECT_EQ(t.ask_token(cron).status, 503);
  t.states.quarantine("application/srv_cron");
  EXPECT_EQ(t.ask_token(cron).status, 503);
}

TEST_F(TokenEndpoint, NeedsThePrivateKey) {
  t.vault.erase("signing-key/key_1");
  EXPECT_EQ(t.ask_token(cron).status, 503);
  EXPECT_TRUE(t.recorded().empty());
}

// Design D6: what was made on another node works here at once.
TEST_F(TokenEndpoint, RefusesNothingAsAbsentBeforeTheViewHasCaughtUp) {
  t.register_api("api_2", "urn:new", {"read"});
  news(facts::granted("srv_cron", "api_2", {"read"}));
  EXPECT_EQ(t.ask_token(cron, {{"audience", "urn:new"}}).status, 200) << "a grant";
  news(facts::granted("srv_cron", "api_1", {"purge", "read"}));
  EXPECT_EQ(t.ask_token(cron, {{"audience", orders}, {"scope", "purge"}}).status, 200) << "a scope";
  t.happened(facts::deactivated("srv_cron"));
  news(facts::activated("srv_cron"));
  EXPECT_EQ(t.ask_token(cron, {{"audience", orders}}).status, 200) << "an activation";
}

// Its grants end with it: what is wrong is the client, not what it asks for.
TEST_F(TokenEndpoint, RefusesAClientThatEndsWhileItAsks) {
  const auto expect_refused_by = [&](const facts::Fact& end) {
    news(end);
    const Response refused = t.ask_token(cron, {{"audience", "urn:unknown"}});
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(error_of(refused), "invalid_client");
  };
  expect_refused_by(facts::deactivated("srv_cron"));
  t.happened(facts::activated("srv_cron"));
  expect_refused_by(facts::deleted("srv_cron"));
}

TEST_F(TokenEndpoint, SaysThatItIsBehindWhenItCannotCatchUp) {
  t.states.catching_up = [] { return false; };
  for (const Response& response :
       {t.ask_token(cron, {{"audience", "urn:unknown"}}), t.ask_token({"srv_unknown", "sk_x"})}) {
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(error_of(response), "temporarily_unavailable");
  }
  EXPECT_EQ(t.ask_token(cron).status, 200) << "what is there needs no waiting";
}

TEST_F(TokenEndpoint, BeginsAgainWhenAPrincipalMovesWhileItIsRead) {
  t.random.interruption = [&] {
    t.random.interruption = nullptr;
    t.happened(facts::of_application("srv_cron", ClientTokensRevoked{}));
  };
  const std::string token = t.token(cron);
  EXPECT_EQ(claims_of(token).v, t.states.position());
  t.random.interruption = [&] {
    t.happened(facts::of_application("srv_cron", ClientTokensRevoked{}));
  };
  EXPECT_EQ(t.ask_token(cron).status, 503) << "and again, and again";
}

}  // namespace
}  // namespace optare
