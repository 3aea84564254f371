// RFC 7009, OAuth 2.0 Token Revocation.
#include "tests/conformance/deployment.h"

namespace optare::conformance {
namespace {

using Rfc7009 = Deployment;

TEST_F(Rfc7009, Section2_OnlyPostOfAFormIsAnswered) {
  Request get = EndpointFixture::form_request("/oauth2/revoke", {{"token", jwt()}}, cron);
  get.method = Method::get;
  EXPECT_EQ(t.ask(get).status, 405);
  Request json = EndpointFixture::form_request("/oauth2/revoke", {}, cron);
  json.headers.front().value = "application/json";
  json.body = "{}";
  EXPECT_EQ(error_of(t.ask(json)), "invalid_request");
}

TEST_F(Rfc7009, Section2_1_TheClientAuthenticates) {
  const std::string token = jwt();
  EXPECT_EQ(t.post("/oauth2/revoke", {{"token", token}}).status, 400);
  EXPECT_EQ(t.post("/oauth2/revoke", {{"token", token}, {"client_id", cron.id}}).status, 400);
  EXPECT_EQ(revoke(token, {cron.id, "sk_wrong"}).status, 401);
  EXPECT_TRUE(active(token, cron));
}

TEST_F(Rfc7009, Section2_1_TheTokenIsRequired) {
  for (const FormPairs& form : {FormPairs{}, FormPairs{{"token", ""}}})
    EXPECT_EQ(error_of(t.post("/oauth2/revoke", form, cron)), "invalid_request");
}

TEST_F(Rfc7009, Section2_1_TokensOfOtherClientsAreRefused) {
  const std::string token = jwt();
  const Response response = revoke(token, report);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(error_of(response), "unauthorized_client");
  EXPECT_TRUE(active(token, cron));
}

TEST_F(Rfc7009, Section2_1_AnIntrospectorOfTheApiIsAnotherClientToo) {
  t.happened(facts::introspector_allowed("api_orders", report.id));
  const std::string token = jwt();
  EXPECT_EQ(error_of(revoke(token, report)), "unauthorized_client");
  EXPECT_TRUE(active(token, cron));
}

TEST_F(Rfc7009, Section2_1_TheHintIsOnlyAHint) {
  for (const char* hint : {"access_token", "refresh_token", "id_token", "nonsense", ""}) {
    const std::string token = jwt();
    EXPECT_EQ(t.post("/oauth2/revoke", {{"token", token}, {"token_type_hint", hint}}, cron).status,
              200);
    EXPECT_FALSE(active(token, cron)) << hint;
  }
}

TEST_F(Rfc7009, Section2_1_RevocationIsImmediate) {
  for (const auto& [token, client] : {std::pair{jwt(), cron}, std::pair{opaque(), report}}) {
    EXPECT_TRUE(active(token, client));
    EXPECT_EQ(revoke(token, client).status, 200);
    EXPECT_FALSE(active(token, client));
  }
}

TEST_F(Rfc7009, Section2_2_AnUnknownTokenIs200) {
  for (const char* text : {"nonsense", "at_", "a.b.c", "at_AAAA"})
    EXPECT_EQ(revoke(text, cron).status, 200) << text;
}

TEST_F(Rfc7009, Section2_2_ADeadTokenIs200) {
  const std::string token = jwt();
  EXPECT_EQ(revoke(token, cron).status, 200);
  EXPECT_EQ(revoke(token, cron).status, 200) << "revoked before";
  const std::string expired = jwt();
  t.clock.advance(std::chrono::hours(2));
  EXPECT_EQ(revoke(expired, cron).status, 200);
}

TEST_F(Rfc7009, Section2_2_1_WhatCannotBeRecordedIs503) {
  const std::string token = jwt();
  for (const Code code : {Code::unavailable, Code::outcome_unknown, Code::disk_full}) {
    t.runner.refusal = code;
    const Response response = revoke(token, cron);
    EXPECT_EQ(response.status, 503);
    EXPECT_NE(response.header("Retry-After"), "");
  }
  t.runner.refusal.reset();
  EXPECT_TRUE(active(token, cron));
}

}  // namespace
}  // namespace optare::conformance
