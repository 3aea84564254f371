// RFC 6749, the OAuth 2.0 Authorization Framework: the client credentials grant.
#include "tests/conformance/deployment.h"

namespace optare::conformance {
namespace {

class Rfc6749 : public Deployment {
 protected:
  Request authenticated(const FormPairs& more = {}) {
    return with_header(token_request(more), "Authorization", cron.basic());
  }
};

TEST_F(Rfc6749, Section2_3_OneAuthenticationMethodPerRequest) {
  const FormPairs in_body{{"client_id", cron.id}, {"client_secret", cron.secret}};
  const Response both = t.ask_token(cron, in_body);
  EXPECT_EQ(both.status, 400);
  EXPECT_EQ(error_of(both), "invalid_request");
  const Response two_headers = t.ask(with_header(authenticated(), "Authorization", report.basic()));
  EXPECT_EQ(error_of(two_headers), "invalid_request");
  const Response asserted = t.ask_token(cron, {{"client_assertion", "a.b.c"}});
  EXPECT_EQ(error_of(asserted), "invalid_request");
}

TEST_F(Rfc6749, Section2_3_TheClientIdBesideTheHeaderIsTheSameOne) {
  EXPECT_EQ(t.ask_token(cron, {{"client_id", cron.id}}).status, 200);
  EXPECT_EQ(error_of(t.ask_token(cron, {{"client_id", report.id}})), "invalid_request");
}

TEST_F(Rfc6749, Section2_3_1_CredentialsAreFormEncodedBeforeBase64) {
  std::string encoded;
  for (const char c : cron.id + ":" + cron.secret) {
    const auto byte = static_cast<unsigned char>(c);
    encoded += c == ':' ? ":" : "%" + hex({&byte, 1});
  }
  const Request request =
      with_header(token_request(), "Authorization", "Basic " + base64(bytes_of(encoded)));
  EXPECT_EQ(t.ask(request).status, 200);
  // A percent sign that encodes nothing is no credential, and never taken as it stands.
  const Request bad =
      with_header(token_request(), "Authorization", "Basic " + base64(bytes_of(cron.id + ":%zz")));
  EXPECT_EQ(t.ask(bad).status, 401);
}

TEST_F(Rfc6749, Section2_3_1_CredentialsInTheBodyAreSupported) {
  EXPECT_EQ(t.ask(token_request({{"client_id", cron.id}, {"client_secret", cron.secret}})).status,
            200);
}

TEST_F(Rfc6749, Section2_3_1_ASecretInTheUriIsRefused) {
  Request request = token_request();
  request.query = "client_id=" + cron.id + "&client_secret=" + cron.secret;
  EXPECT_EQ(error_of(t.ask(request)), "invalid_request");
  Request right_beside = authenticated();
  right_beside.query = "client_secret=" + cron.secret;
  EXPECT_EQ(error_of(t.ask(right_beside)), "invalid_request");
  EXPECT_EQ(t.ask(right_beside).body.find(cron.secret), std::string::npos);
}

TEST_F(Rfc6749, Section2_3_1_ParametersOfTheUriAreNotTheRequests) {
  Request request = authenticated();
  request.query = "scope=purge&audience=urn:none";
  EXPECT_EQ(t.ask(request).status, 200);
}

TEST_F(Rfc6749, Section3_2_OnlyPostIsAnswered) {
  for (const Method method : {Method::get, Method::put, Method::delete_, Method::patch}) {
    Request request = authenticated();
    request.method = method;
    const Response response = t.ask(request);
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(response.header("Allow"), "POST");
  }
}

TEST_F(Rfc6749, Section3_2_UnknownParametersAreIgnored) {
  EXPECT_EQ(t.ask_token(cron, {{"unknown", "x"}, {"username", "a"}, {"code", "b"}}).status, 200);
}

TEST_F(Rfc6749, Section3_2_AnEmptyValueCountsAsAbsent) {
  const Response response =
      t.ask_token(cron, {{"scope", ""}, {"audience", ""}, {"resource", ""}, {"client_secret", ""}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(text_of(response, "scope"), "read write");
  const Request none =
      with_header(EndpointFixture::form_request("/oauth2/token", {{"grant_type", ""}}),
                  "Authorization", cron.basic());
  EXPECT_EQ(error_of(t.ask(none)), "invalid_request");
}

TEST_F(Rfc6749, Section3_2_NoParameterIsRepeated) {
  for (const char* name : {"grant_type", "scope", "audience", "client_id", "unknown"}) {
    for (const char* value : {"", "client_credentials"}) {
      const Response response = t.ask_token(cron, {{name, value}, {name, value}});
      EXPECT_EQ(response.status, 400) << name;
      EXPECT_EQ(error_of(response), "invalid_request") << name;
    }
  }
  const Response secrets = t.ask(token_request(
      {{"client_id", cron.id}, {"client_secret", cron.secret}, {"client_secret", cron.secret}}));
  EXPECT_EQ(error_of(secrets), "invalid_request");
}

TEST_F(Rfc6749, Section3_2_ParametersAreFormEncodedUtf8) {
  for (const char* type : {"application/json", "text/plain", "multipart/form-data; boundary=x",
                           "application/x-www-form-urlencoded; charset=iso-8859-1", ""}) {
    Request request = authenticated();
    request.headers.front().value = type;
    const Response response = t.ask(request);
    EXPECT_EQ(error_of(response), "invalid_request") << type;
    EXPECT_NE(text_of(response, "error_description").find("form-encoded"), std::string::npos);
  }
  for (const char* type :
       {"application/x-www-form-urlencoded; charset=UTF-8", "Application/X-WWW-Form-Urlencoded"}) {
    Request request = authenticated();
    request.headers.front().value = type;
    EXPECT_EQ(t.ask(request).status, 200) << type;
  }
  Request request = authenticated();
  request.body += "&scope=%ff";
  EXPECT_EQ(error_of(t.ask(request)), "invalid_request");
}

TEST_F(Rfc6749, Section3_3_ScopeIsSaidAlsoWhenItIsNotWhatWasAskedFor) {
  EXPECT_EQ(text_of(t.ask_token(cron), "scope"), "read write");
  EXPECT_EQ(text_of(t.ask_token(cron, {{"scope", "write read write"}}), "scope"), "read write");
}

TEST_F(Rfc6749, Section3_3_ScopeIsScopeTokensBetweenSingleSpaces) {
  for (const char* scope :
       {" ", "read ", " read", "read  write", "read\twrite", "read\"", "read\\", "read\x7f",
        "r\xc3\xa9"
        "ad",
        "READ", "read,write"}) {
    const Response response = t.ask_token(cron, {{"scope", scope}});
    EXPECT_EQ(response.status, 400) << scope;
    EXPECT_EQ(error_of(response), "invalid_scope") << scope;
  }
}

TEST_F(Rfc6749, Section4_4_3_ThereIsNoRefreshToken) {
  EXPECT_FALSE(body_of(t.ask_token(cron)).contains("refresh_token"));
  EXPECT_FALSE(body_of(t.ask_token(cron, {{"scope", "read"}})).contains("refresh_token"));
}

TEST_F(Rfc6749, Section5_1_TheAnswerIsJsonThatNobodyStores) {
  const Response response = t.ask_token(cron);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("Content-Type"), "application/json");
  EXPECT_EQ(response.header("Cache-Control"), "no-store");
  EXPECT_EQ(response.header("Pragma"), "no-cache");
  const auto body = body_of(response);
  EXPECT_EQ(body.at("token_type"), "Bearer");
  EXPECT_EQ(body.at("expires_in"), 3600);
  EXPECT_FALSE(body.at("access_token").as_string().empty());
}

TEST_F(Rfc6749, Section5_2_WrongCredentialsInTheHeaderAre401WithAChallenge) {
  const Response wrong = t.ask_token({cron.id, "sk_wrong"});
  const Response unknown = t.ask_token({"srv_none", cron.secret});
  const Response other = t.ask_token({cron.id, report.secret});
  const Response scheme = t.ask(with_header(token_request(), "Authorization", "Bearer x"));
  for (const Response* response : {&wrong, &unknown, &other, &scheme}) {
    EXPECT_EQ(response->status, 401);
    EXPECT_TRUE(response->header("WWW-Authenticate").starts_with("Basic realm=\""));
    EXPECT_EQ(error_of(*response), "invalid_client");
    EXPECT_EQ(response->header("Cache-Control"), "no-store");
  }
  EXPECT_EQ(wrong.body, unknown.body);
}

TEST_F(Rfc6749, Section5_2_WrongCredentialsInTheBodyAre400) {
  for (const FormPairs& form : {FormPairs{{"client_id", cron.id}, {"client_secret", "sk_wrong"}},
                                FormPairs{{"client_id", cron.id}},
                                FormPairs{{"client_secret", cron.secret}}, FormPairs{}}) {
    const Response response = t.ask(token_request(form));
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.header("WWW-Authenticate"), "");
    EXPECT_EQ(error_of(response), "invalid_client");
  }
}

TEST_F(Rfc6749, Section5_2_EachErrorHasItsWord) {
  const auto error = [&](const FormPairs& form) {
    const Response response = t.ask(with_header(
        EndpointFixture::form_request("/oauth2/token", form), "Authorization", cron.basic()));
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.header("Cache-Control"), "no-store");
    EXPECT_EQ(response.header("Content-Type"), "application/json");
    return error_of(response);
  };
  EXPECT_EQ(error({}), "invalid_request");
  for (const char* other :
       {"authorization_code", "password", "refresh_token", "implicit", "CLIENT_CREDENTIALS",
        "urn:ietf:params:oauth:grant-type:token-exchange", "client_credentials "})
    EXPECT_EQ(error({{"grant_type", other}}), "unsupported_grant_type") << other;
  EXPECT_EQ(error({{"grant_type", "client_credentials"}, {"scope", "purge"}}), "invalid_scope");
}

TEST_F(Rfc6749, Section5_2_DescriptionsKeepToTheirCharacters) {
  const FormPairs tries[] = {{{"scope", "\"\\\x01"}},
                             {{"audience", "\xc3\xa9\""}},
                             {{"client_assertion", "\n"}},
                             {{"\"", "1"}, {"\"", "2"}}};
  for (const FormPairs& form : tries) {
    const std::string description = text_of(t.ask_token(cron, form), "error_description");
    EXPECT_FALSE(description.empty());
    EXPECT_TRUE(std::ranges::all_of(description, [](char c) {
      return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\';
    })) << description;
  }
}

TEST_F(Rfc6749, Section10_10_GuessingASecretOrTokenTakes128BitsAtLeast) {
  constexpr double bits_per_base62 = 5.95;
  const std::string random_part = cron.secret.substr(3, cron.secret.size() - 3 - 6);
  EXPECT_GE(static_cast<double>(random_part.size()) * bits_per_base62, 255);
  const auto claims = t.services->tokens.read(opaque()).value()->claims();
  EXPECT_GE(static_cast<double>(claims.jti.text().size() - 2) * bits_per_base62, 128);
  // Beyond the claims, an opaque token is its seal: 128 bits, of which none may be wrong.
  std::set<std::string> jtis;
  for (int i = 0; i < 100; ++i)
    jtis.insert(t.services->tokens.read(opaque()).value()->claims().jti.text());
  EXPECT_EQ(jtis.size(), 100U);
}

}  // namespace
}  // namespace optare::conformance
