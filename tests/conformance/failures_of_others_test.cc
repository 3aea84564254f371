// What broke other servers, tried on this one. Each test names where it happened.
#include "tests/conformance/deployment.h"

namespace optare::conformance {
namespace {

class FailuresOfOthers : public Deployment {
 protected:
  // `token` with each byte flipped, dropped, and followed by something; never the token itself.
  static std::vector<std::string> altered(const std::string& token) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < token.size(); ++i) {
      std::string flipped = token;
      flipped[i] = static_cast<char>(flipped[i] ^ 1);
      all.push_back(std::move(flipped));
      all.push_back(token.substr(0, i) + token.substr(i + 1));
      all.push_back(token.substr(0, i));
    }
    for (int byte = 1; byte < 128; ++byte) all.push_back(token + static_cast<char>(byte));
    std::erase(all, token);
    std::erase(all, "");
    return all;
  }
};

TEST_F(FailuresOfOthers, AnAlteredTokenIsNoToken) {  // Zitadel CVE-2026-27840
  for (const auto& [token, client] : {std::pair{opaque(), report}, std::pair{jwt(), cron}}) {
    for (const std::string& text : altered(token)) {
      EXPECT_EQ(introspect(text, client).body, R"({"active":false})") << text;
      EXPECT_EQ(revoke(text, client).status, 200) << text;
    }
    EXPECT_EQ(t.runner.commits, 0);
    EXPECT_TRUE(active(token, client));
  }
}

TEST_F(FailuresOfOthers, MalformedAuthorizationIsNeverTheServersFault) {  // Keycloak CVE-2026-9803
  const std::vector<std::string> values{"",
                                        " ",
                                        "Bearer",
                                        "Bearer ",
                                        "Bearer  ",
                                        "Bearer \x01",
                                        "Bearer " + std::string(9000, 'a'),
                                        "Bearer a.b.c",
                                        "Bearer at_",
                                        "bearer ...",
                                        "Basic",
                                        "Basic ",
                                        "Basic !",
                                        "Basic =",
                                        "Basic " + base64(bytes_of("no colon")),
                                        "Basic " + base64(bytes_of(":")),
                                        "Basic " + base64(bytes_of(cron.id + ":")),
                                        "Basic " + base64(bytes_of("a:b:c")),
                                        "Basic " + base64(bytes_of(std::string("\0:\0", 3))),
                                        "Basic " + base64(bytes_of("\xff\xfe:\xff")),
                                        "Basic " + base64(bytes_of("%:%")),
                                        "Basic " + std::string(2000, 'A'),
                                        "Basic " + cron.basic(),
                                        "Digest username=\"a\"",
                                        std::string(8000, 'x'),
                                        std::string("\xc3\xa9\0", 3)};
  for (const char* path : {"/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"}) {
    for (const std::string& value : values) {
      const Request request = EndpointFixture::form_request(
          path, {{"grant_type", "client_credentials"}, {"token", "x"}});
      const Response response = t.ask(with_header(request, "Authorization", value));
      EXPECT_GE(response.status, 400) << path << value;
      EXPECT_LT(response.status, 500) << path << value;
      EXPECT_NE(error_of(response), "") << path << value;
    }
  }
  for (const std::string& value : values) {
    Request request;
    request.path = "/api/v1/applications";
    EXPECT_EQ(t.ask(with_header(request, "Authorization", value)).status, 401) << value;
  }
}

TEST_F(FailuresOfOthers, HugeInputIsRefusedAtOnce) {  // Keycloak CVE-2026-4634
  std::string names;
  for (int i = 0; i < 101; ++i) names += (i == 0 ? "s" : " s") + std::to_string(i);
  for (const std::string& scope :
       {names, std::string(4097, 'a'), std::string(60'000, 'a'), std::string(60'000, ' ')}) {
    const Response response = t.ask_token(cron, {{"scope", scope}});
    EXPECT_TRUE(response.status == 400 || response.status == 413) << response.status;
  }
  FormPairs many;
  for (int i = 0; i < 10'000; ++i) many.emplace_back("p" + std::to_string(i), "1");
  EXPECT_EQ(t.ask_token(cron, many).status, 413);
  FormPairs resources;
  for (int i = 0; i < 60; ++i) resources.emplace_back("resource", "urn:" + std::to_string(i));
  EXPECT_EQ(error_of(t.ask_token(cron, resources)), "invalid_target");
  EXPECT_EQ(introspect(std::string(9'000, 'a'), cron).body, R"({"active":false})");
  EXPECT_EQ(introspect(std::string(16'000, '.'), cron).body, R"({"active":false})");
  EXPECT_EQ(introspect(std::string(20'000, '.'), cron).status, 413);
}

TEST_F(FailuresOfOthers, AnEncodedNameIsTheSameName) {
  Request request = with_header(token_request(), "Authorization", cron.basic());
  request.body += "&gran%74_type=client_credentials";
  EXPECT_EQ(error_of(t.ask(request)), "invalid_request");
  Request sneaked = EndpointFixture::form_request("/oauth2/token", {});
  sneaked.body =
      "grant_type=client_credentials&client_id=" + cron.id + "&client%5Fsecret=" + cron.secret;
  EXPECT_EQ(t.ask(with_header(sneaked, "Authorization", cron.basic())).status, 400);
}

// Zitadel CVE-2025-64101, oauth2-proxy CVE-2026-40575, Oathkeeper CVE-2026-33495
TEST_F(FailuresOfOthers, ForwardedHeadersAreNotTrusted) {
  const std::vector<std::pair<const char*, const char*>> forged{
      {"Host", "evil.test"},
      {"X-Forwarded-Host", "evil.test"},
      {"X-Forwarded-Proto", "http"},
      {"X-Forwarded-Prefix", "/evil"},
      {"Forwarded", "host=evil.test;proto=http"},
      {"X-Original-URI", "/oauth2/jwks"},
      {"X-Original-URL", "/oauth2/jwks"},
      {"X-Rewrite-URL", "/oauth2/jwks"},
      {"X-HTTP-Method-Override", "POST"},
      {"X-Client-Cert", "x"},
      {"X-Forwarded-User", "srv_cron"}};
  Request metadata;
  metadata.path = "/.well-known/oauth-authorization-server";
  const Response plain = t.ask(metadata);
  Request request = token_request();
  for (const auto& [name, value] : forged) {
    metadata.headers.push_back({name, value});
    request.headers.push_back({name, value});
  }
  EXPECT_EQ(t.ask(metadata).body, plain.body);
  EXPECT_EQ(error_of(t.ask(request)), "invalid_client");
}

TEST_F(FailuresOfOthers, AForwardedAddressDoesNotHideWhoGuesses) {
  int slowed = 0;
  for (int i = 0; i < 60; ++i) {
    const Credentials guess{"srv_" + std::to_string(i), "sk_guess"};
    Request request = with_header(token_request(), "Authorization", guess.basic());
    request.headers.push_back({"X-Forwarded-For", "203.0.113." + std::to_string(i)});
    if (t.ask(request).status == 429) ++slowed;
  }
  EXPECT_EQ(slowed, 10) << "50 guesses from one address, whatever it claims";
}

TEST_F(FailuresOfOthers, NoOriginIsLetIn) {  // Casdoor CVE-2024-41657
  for (const char* origin : {"https://evil.test", "null"}) {
    Request requests[] = {with_header(token_request(), "Authorization", cron.basic()), Request{},
                          Request{}};
    requests[1].path = "/oauth2/jwks";
    requests[2].path = "/oauth2/token";
    requests[2].method = Method::options;
    for (Request& request : requests) {
      request.headers.push_back({"Origin", origin});
      for (const Header& header : t.ask(request).headers)
        EXPECT_FALSE(header.name.starts_with("Access-Control-")) << request.path;
    }
  }
}

// Hydra CVE-2019-8400, Gitea CVE-2021-45325; OpenShift CVE-2024-11217
TEST_F(FailuresOfOthers, WhatWasSentIsNeverSaidBack) {
  const std::string canary = "<script>canary</script>";
  const Response responses[] = {
      t.ask_token(cron, {{"scope", canary}}),
      t.ask_token(cron, {{"audience", canary}}),
      t.ask_token(cron, {{"resource", canary}}),
      t.ask_token(cron, {{canary, "1"}, {canary, "2"}}),
      t.ask_token({canary, "sk_canary"}),
      t.ask_token({cron.id, canary}),
      t.post("/oauth2/token", {{"grant_type", canary}}, cron),
      t.post("/oauth2/introspect", {{"token", canary}}, cron),
      t.post("/oauth2/revoke", {{"token", canary}}, cron),
      t.ask(token_request({{"client_id", canary}, {"client_secret", canary}})),
      t.get("/" + form_encoded(canary))};
  for (const Response& response : responses) {
    EXPECT_EQ(response.body.find("canary"), std::string::npos) << response.body;
    for (const Header& header : response.headers)
      EXPECT_EQ(header.value.find("canary"), std::string::npos) << header.name;
  }
  for (const auto& failed : t.failed_authentications) {
    EXPECT_EQ(failed.client.find("canary"), std::string::npos);
    EXPECT_EQ(failed.reason.find("canary"), std::string::npos);
  }
}

TEST_F(FailuresOfOthers, AnUnknownClientAndAWrongSecretAnswerAlike) {
  t.create_application("srv_inactive");
  t.happened(facts::deactivated("srv_inactive"));
  for (const char* path : {"/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"}) {
    const auto answer = [&](const std::string& id) {
      return t.post(path, {{"grant_type", "client_credentials"}, {"token", "x"}},
                    Credentials{id, "sk_wrong"});
    };
    const Response known = answer(cron.id), unknown = answer("srv_none"),
                   inactive_one = answer("srv_inactive");
    EXPECT_EQ(known.status, unknown.status);
    EXPECT_EQ(known.body, unknown.body);
    EXPECT_EQ(known.headers, unknown.headers);
    EXPECT_EQ(known.body, inactive_one.body);
  }
}

// Keycloak CVE-2026-9704: what is dropped must not turn a request into another.
TEST_F(FailuresOfOthers, AnExchangeIsNotTakenForClientCredentials) {
  const FormPairs form{{"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
                       {"subject_token", std::string(10'000, 'a')},
                       {"subject_token_type", "urn:ietf:params:oauth:token-type:access_token"}};
  EXPECT_EQ(error_of(t.post("/oauth2/token", form, cron)), "unsupported_grant_type");
}

TEST_F(FailuresOfOthers, AnAudienceIsNeverInjected) {  // CVE-2025-27370, CVE-2025-27371
  for (const std::string& audience :
       {orders + " " + stock, orders + "," + stock, "[\"" + orders + "\",\"" + stock + "\"]",
        orders + "%20", facts::issuer, facts::issuer + "/api/v1", facts::issuer + "/oauth2/token",
        std::string("*")}) {
    EXPECT_EQ(error_of(t.ask_token(cron, {{"audience", audience}})), "invalid_target") << audience;
  }
}

}  // namespace
}  // namespace optare::conformance
