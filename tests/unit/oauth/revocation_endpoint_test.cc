#include <gtest/gtest.h>

#include "tests/support/endpoint_fixture.h"

namespace optare {
namespace {

class RevocationEndpoint : public testing::Test {
 protected:
  RevocationEndpoint() {
    t.publish_key("key_1");
    t.register_api("api_1", "urn:orders", {"read"});
    cron = t.create_application("srv_cron");
    other = t.create_application("srv_other");
    t.happened(facts::granted("srv_cron", "api_1", {"read"}));
  }
  Response revoke(const std::string& token, const Credentials& caller) {
    return t.post("/oauth2/revoke", {{"token", token}}, caller);
  }
  bool active(const std::string& token) {
    const Response response = t.post("/oauth2/introspect", {{"token", token}}, cron);
    return EndpointFixture::body_of(response).at("active").as_bool();
  }

  EndpointFixture t;
  Credentials cron, other;
};

TEST_F(RevocationEndpoint, EndsOneTokenAndNoOther) {
  const std::string token = t.token(cron), sibling = t.token(cron);
  const Response response = revoke(token, cron);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  EXPECT_FALSE(active(token));
  EXPECT_TRUE(active(sibling));
}

TEST_F(RevocationEndpoint, SaysWhoDidIt) {
  revoke(t.token(cron), cron);
  EXPECT_EQ(t.runner.last_origin.actor, (Actor{ActorType::application, "srv_cron"}));
  EXPECT_EQ(t.runner.last_origin.request_id, "req-1");
  EXPECT_EQ(t.runner.last_origin.address, "192.0.2.7");
}

TEST_F(RevocationEndpoint, RecordsARevocationOnce) {
  const std::string token = t.token(cron);
  EXPECT_EQ(revoke(token, cron).status, 200);
  EXPECT_EQ(revoke(token, cron).status, 200);
  EXPECT_EQ(t.runner.commits, 1);
}

TEST_F(RevocationEndpoint, RecordsNothingForWhatIsDeadOrNoToken) {
  const std::string token = t.token(cron);
  EXPECT_EQ(revoke("no token", cron).status, 200);
  EXPECT_EQ(revoke(token + "A", cron).status, 200);
  t.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(revoke(token, cron).status, 200);
  EXPECT_EQ(t.runner.commits, 0);
}

TEST_F(RevocationEndpoint, RefusesTheTokensOfOthers) {
  const std::string token = t.token(cron);
  const Response response = revoke(token, other);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(EndpointFixture::body_of(response).at("error"), "unauthorized_client");
  EXPECT_TRUE(active(token));
}

TEST_F(RevocationEndpoint, TellsNobodyWhetherTheTokenOfAnotherLives) {
  const std::string token = t.token(cron);
  const Response living = revoke(token, other);
  revoke(token, cron);
  EXPECT_EQ(revoke(token, other).body, living.body);
}

TEST_F(RevocationEndpoint, NeverSays200ToWhatWasNotRecorded) {  // CVE-2020-15223
  const std::string token = t.token(cron);
  for (const Code code : {Code::unavailable, Code::outcome_unknown, Code::disk_full,
                          Code::clock_skew, Code::overloaded, Code::quarantined, Code::conflict}) {
    t.runner.refusal = code;
    const Response response = revoke(token, cron);
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(EndpointFixture::body_of(response).at("error"), "temporarily_unavailable");
  }
  t.runner.refusal.reset();
  EXPECT_TRUE(active(token));
}

TEST_F(RevocationEndpoint, WantsATokenAndAClient) {
  EXPECT_EQ(t.post("/oauth2/revoke", {}, cron).status, 400);
  EXPECT_EQ(t.post("/oauth2/revoke", {{"token", "x"}}).status, 400);
  EXPECT_EQ(revoke("x", {"srv_cron", "sk_wrong"}).status, 401);
}

}  // namespace
}  // namespace optare
