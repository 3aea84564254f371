// RFC 6750, Bearer Token Usage: at the admin API, which is a resource server of our own.
#include "tests/conformance/deployment.h"

namespace optare::conformance {
namespace {

class Rfc6750 : public Deployment {
 protected:
  static Request list_applications() {
    Request request;
    request.path = "/api/v1/applications";
    return request;
  }
  static Request bearing(const std::string& token, const std::string& scheme = "Bearer ") {
    return with_header(list_applications(), "Authorization", scheme + token);
  }
  void expect_invalid_token(const Response& response) {
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(response.header("WWW-Authenticate"),
              "Bearer realm=\"optare\", error=\"invalid_token\"");
  }

  const std::string token = admin_jwt("read:applications");
};

TEST_F(Rfc6750, Section2_1_TheHeaderCarriesTheTokenUnderAnyCaseOfItsScheme) {
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER ", "Bearer  "})
    EXPECT_EQ(t.ask(bearing(token, scheme)).status, 200) << scheme;
}

TEST_F(Rfc6750, Section2_TwoTransportsAreAnInvalidRequest) {
  Request in_query = bearing(token);
  in_query.query = "access_token=" + token;
  Request in_body =
      with_header(bearing(token), "Content-Type", "application/x-www-form-urlencoded");
  in_body.method = Method::post;
  in_body.body = "access_token=" + token;
  for (const Request& request :
       {in_query, in_body, with_header(bearing(token), "Authorization", "Bearer " + token)}) {
    const Response response = t.ask(request);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(text_of(response, "type"), "urn:optare:problem:invalid-request");
  }
}

TEST_F(Rfc6750, Section2_2_ATokenInTheBodyIsNotTaken) {
  Request request =
      with_header(list_applications(), "Content-Type", "application/x-www-form-urlencoded");
  request.method = Method::post;
  request.body = "access_token=" + admin_jwt("write:applications");
  EXPECT_EQ(t.ask(request).status, 401);
}

TEST_F(Rfc6750, Section2_3_ATokenInTheUriIsNotTaken) {
  Request request = list_applications();
  request.query = "access_token=" + token;
  const Response response = t.ask(request);
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.header("WWW-Authenticate"), "Bearer realm=\"optare\"");
}

TEST_F(Rfc6750, Section3_WithoutATokenThereIsAChallengeAndNoErrorWord) {
  for (const Request& request :
       {list_applications(), with_header(list_applications(), "Authorization", cron.basic())}) {
    const Response response = t.ask(request);
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(response.header("WWW-Authenticate"), "Bearer realm=\"optare\"");
    EXPECT_EQ(response.header("Content-Type"), "application/problem+json");
  }
}

TEST_F(Rfc6750, Section3_1_ATokenThatIsNoneIsInvalid) {
  for (const std::string& text : {std::string("nonsense"), std::string("a.b.c"),
                                  std::string("at_AAAA"), token + "A", token.substr(1)})
    expect_invalid_token(t.ask(bearing(text)));
}

TEST_F(Rfc6750, Section3_1_ATokenThatHasEndedIsInvalid) {
  const std::string revoked = admin_jwt("read:applications");
  ASSERT_EQ(revoke(revoked, report).status, 200);
  expect_invalid_token(t.ask(bearing(revoked)));
  t.clock.advance(std::chrono::hours(1));
  expect_invalid_token(t.ask(bearing(token)));
}

TEST_F(Rfc6750, Section3_1_ATokenForAnotherAudienceIsInvalid) {  // Zitadel CVE-2026-55669
  t.register_api("api_look_alike", admin_api_identifier(facts::issuer) + "/",
                 {"read:applications"});
  t.happened(facts::granted(cron.id, "api_look_alike", {"read:applications"}));
  expect_invalid_token(t.ask(bearing(t.token(cron, {{"audience", orders}}))));
  expect_invalid_token(
      t.ask(bearing(t.token(cron, {{"audience", admin_api_identifier(facts::issuer) + "/"}}))));
}

TEST_F(Rfc6750, Section3_1_AMissingScopeIs403AndNamed) {
  const Response response = t.ask(bearing(admin_jwt("write:applications")));
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.header("WWW-Authenticate"),
            "Bearer realm=\"optare\", error=\"insufficient_scope\", scope=\"read:applications\"");
}

TEST_F(Rfc6750, Section5_2_AnswersAreNotStored) {
  EXPECT_NE(t.ask(bearing(token)).header("Cache-Control").find("no-store"), std::string::npos);
}

}  // namespace
}  // namespace optare::conformance
