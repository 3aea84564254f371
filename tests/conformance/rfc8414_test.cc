// RFC 8414, OAuth 2.0 Authorization Server Metadata, and OpenID Connect Discovery 1.0.
#include "tests/conformance/deployment.h"
#include "tests/support/resource_server.h"

namespace optare::conformance {
namespace {

class Rfc8414 : public Deployment {
 protected:
  boost::json::object metadata() {
    return body_of(t.get("/.well-known/oauth-authorization-server"));
  }
};

// No response_types_supported, which section 2 and Discovery section 3 require: there is no
// authorization endpoint, an empty array is forbidden, and any type would be untrue.
TEST_F(Rfc8414, Section2_TheMembersAreExactlyWhatIsTrueToday) {
  const boost::json::array methods{"client_secret_basic", "client_secret_post"};
  EXPECT_EQ(metadata(), (boost::json::object{
                            {"issuer", "https://id.example.com"},
                            {"token_endpoint", "https://id.example.com/oauth2/token"},
                            {"token_endpoint_auth_methods_supported", methods},
                            {"grant_types_supported", boost::json::array{"client_credentials"}},
                            {"introspection_endpoint", "https://id.example.com/oauth2/introspect"},
                            {"introspection_endpoint_auth_methods_supported", methods},
                            {"revocation_endpoint", "https://id.example.com/oauth2/revoke"},
                            {"revocation_endpoint_auth_methods_supported", methods},
                            {"jwks_uri", "https://id.example.com/oauth2/jwks"}}));
}

TEST_F(Rfc8414, Section2_WhatItNamesAnswers) {
  const auto said = metadata();
  const std::string issuer(said.at("issuer").as_string());
  const auto path = [&](const char* member) {
    return std::string(said.at(member).as_string()).substr(issuer.size());
  };
  EXPECT_EQ(t.post(path("token_endpoint"), {{"grant_type", "client_credentials"}}, cron).status,
            200);
  const std::string token = jwt();
  EXPECT_EQ(t.post(path("introspection_endpoint"), {{"token", token}}, cron).status, 200);
  EXPECT_EQ(t.post(path("revocation_endpoint"), {{"token", token}}, cron).status, 200);
  EXPECT_TRUE(verifies(jwt(), t.get(path("jwks_uri")).body));
}

TEST_F(Rfc8414, Section2_TheMethodsItNamesAreTheOnesThatWork) {
  for (const char* path : {"/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"}) {
    const FormPairs form{{"grant_type", "client_credentials"}, {"token", "x"}};
    FormPairs in_body = form;
    in_body.insert(in_body.end(), {{"client_id", cron.id}, {"client_secret", cron.secret}});
    EXPECT_EQ(t.post(path, form, cron).status, 200) << path;
    EXPECT_EQ(t.post(path, in_body).status, 200) << path;
  }
}

TEST_F(Rfc8414, Section3_1_TheWellKnownNameStandsBeforeTheIssuersPath) {
  EndpointFixture tenant("https://id.example.com/tenant");
  const Response inserted = tenant.get("/.well-known/oauth-authorization-server/tenant");
  EXPECT_EQ(inserted.status, 200);
  EXPECT_EQ(text_of(inserted, "issuer"), "https://id.example.com/tenant");
  EXPECT_EQ(text_of(inserted, "token_endpoint"), "https://id.example.com/tenant/oauth2/token");
  EXPECT_EQ(tenant.get("/.well-known/oauth-authorization-server").status, 404)
      << "that is another issuer's place";
}

TEST_F(Rfc8414, Section3_2_TheAnswerIsJsonWithoutEmptyArrays) {
  const Response response = t.get("/.well-known/oauth-authorization-server");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("Content-Type"), "application/json");
  for (const auto& [name, value] : metadata()) {
    EXPECT_FALSE(value.is_null()) << name;
    if (value.is_array()) EXPECT_FALSE(value.as_array().empty()) << name;
  }
}

TEST_F(Rfc8414, Section3_3_TheIssuerIsTheSameToTheLetter) {
  EXPECT_EQ(text_of(t.get("/.well-known/oauth-authorization-server"), "issuer"), facts::issuer);
  EXPECT_EQ(take_apart(jwt()).claims.at("iss").as_string(), facts::issuer);
  EXPECT_EQ(body_of(introspect(jwt(), cron)).at("iss").as_string(), facts::issuer);
  for (const char* path :
       {"/.well-known/oauth-authorization-server/", "/.well-known//oauth-authorization-server",
        "/.Well-Known/oauth-authorization-server"})
    EXPECT_EQ(t.get(path).status, 404) << path;
}

TEST_F(Rfc8414, Section5_OpenIdConfigurationIsTheSameDocumentAtBothPlaces) {
  EXPECT_EQ(body_of(t.get("/.well-known/openid-configuration")), metadata());
  EndpointFixture tenant("https://id.example.com/tenant");
  const Response appended = tenant.get("/tenant/.well-known/openid-configuration");
  EXPECT_EQ(appended.status, 200) << "OpenID Connect Discovery 1.0 section 4.1";
  EXPECT_EQ(appended.body, tenant.get("/.well-known/openid-configuration/tenant").body);
  EXPECT_EQ(appended.body, tenant.get("/.well-known/oauth-authorization-server/tenant").body);
}

}  // namespace
}  // namespace optare::conformance
