// RFC 7662, OAuth 2.0 Token Introspection.
#include "tests/conformance/deployment.h"

namespace optare::conformance {
namespace {

using Rfc7662 = Deployment;

TEST_F(Rfc7662, Section2_1_OnlyPostOfAFormIsAnswered) {
  Request get = EndpointFixture::form_request("/oauth2/introspect", {{"token", jwt()}}, cron);
  get.method = Method::get;
  EXPECT_EQ(t.ask(get).status, 405);
  Request json = EndpointFixture::form_request("/oauth2/introspect", {}, cron);
  json.headers.front().value = "application/json";
  json.body = "{}";
  EXPECT_EQ(error_of(t.ask(json)), "invalid_request");
}

TEST_F(Rfc7662, Section2_1_TheTokenIsRequired) {
  for (const FormPairs& form : {FormPairs{}, FormPairs{{"token", ""}}})
    EXPECT_EQ(error_of(t.post("/oauth2/introspect", form, cron)), "invalid_request");
}

TEST_F(Rfc7662, Section2_1_TheHintIsOnlyAHint) {
  for (const char* hint : {"access_token", "refresh_token", "nonsense"}) {
    const Response response =
        t.post("/oauth2/introspect", {{"token", jwt()}, {"token_type_hint", hint}}, cron);
    EXPECT_TRUE(body_of(response).at("active").as_bool()) << hint;
  }
}

TEST_F(Rfc7662, Section2_1_ATokenIsNoCredentialHere) {
  Request request = EndpointFixture::form_request("/oauth2/introspect", {{"token", jwt()}});
  EXPECT_EQ(t.ask(with_header(request, "Authorization", "Bearer " + jwt())).status, 401);
}

TEST_F(Rfc7662, Section2_2_AnActiveTokenIsTold) {
  for (const auto& [token, client, api] :
       {std::tuple{jwt(), cron, orders}, std::tuple{opaque(), report, stock}}) {
    const Response response = introspect(token, client);
    EXPECT_EQ(response.header("Content-Type"), "application/json");
    EXPECT_EQ(response.header("Cache-Control"), "no-store");
    const auto body = body_of(response);
    EXPECT_EQ(body.at("active"), true);
    EXPECT_EQ(body.at("client_id").as_string(), client.id);
    EXPECT_EQ(body.at("sub").as_string(), client.id);
    EXPECT_EQ(body.at("aud").as_string(), api);
    EXPECT_EQ(body.at("iss").as_string(), facts::issuer);
    EXPECT_EQ(body.at("token_type"), "Bearer");
    EXPECT_TRUE(body.at("scope").as_string().starts_with("read"));
    EXPECT_EQ(body.at("exp").as_int64() - body.at("iat").as_int64(), 3600);
    EXPECT_TRUE(body.at("jti").is_string());
  }
}

TEST_F(Rfc7662, Section2_2_EverythingElseIsInactiveAndNothingMore) {
  const std::string revoked = jwt(), foreign = opaque(), altered = jwt() + "A";
  ASSERT_EQ(revoke(revoked, cron).status, 200);
  for (const std::string& token : {revoked, foreign, altered, std::string("nonsense")}) {
    const Response response = introspect(token, cron);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"({"active":false})");
  }
  const std::string expired = jwt();
  t.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(introspect(expired, cron).body, R"({"active":false})");
}

TEST_F(Rfc7662, Section2_2_TheStateOfTheClientCounts) {
  const std::string token = jwt();
  t.happened(facts::introspector_allowed("api_orders", report.id));
  EXPECT_TRUE(active(token, report));
  t.happened(facts::deactivated(cron.id));
  EXPECT_FALSE(active(token, report));
  t.happened(facts::activated(cron.id));
  EXPECT_FALSE(active(token, report)) << "old tokens never come back";
}

TEST_F(Rfc7662, Section2_3_AWrongCallerIs401) {
  const std::string token = jwt();
  const Response responses[] = {
      introspect(token, {cron.id, "sk_wrong"}), introspect(token, {"srv_none", cron.secret}),
      t.post("/oauth2/introspect", {{"token", token}}),
      t.post("/oauth2/introspect",
             {{"token", token}, {"client_id", cron.id}, {"client_secret", "sk_wrong"}})};
  for (const Response& response : responses) {
    EXPECT_EQ(response.status, 401);
    EXPECT_TRUE(response.header("WWW-Authenticate").starts_with("Basic realm=\""));
    EXPECT_EQ(error_of(response), "invalid_client");
  }
}

TEST_F(Rfc7662, Section4_WhoIsNotEntitledLearnsNothing) {
  const std::string token = jwt();
  const Response stranger = introspect(token, report);
  EXPECT_EQ(stranger.body, introspect("nonsense", report).body);
  EXPECT_EQ(stranger.headers, introspect("nonsense", report).headers);
  t.happened(facts::introspector_allowed("api_stock", report.id));
  EXPECT_FALSE(active(token, report)) << "an introspector of another API";
  t.happened(facts::introspector_allowed("api_orders", report.id));
  EXPECT_TRUE(active(token, report));
}

}  // namespace
}  // namespace optare::conformance
